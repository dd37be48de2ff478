/** The lines in which the guest writes: they grow with the words, Enter sends, and only words are sent. */
export class Composer {
  #words = document.getElementById("words");
  #button = document.getElementById("send-button");

  /** `say(words)` takes what is sent. */
  constructor(say) {
    document.getElementById("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      const words = this.#words.value.trim();
      if (words) {
        this.#words.value = "";
        this.#fit();
        say(words);
      }
      this.#words.focus();
    });
    this.#words.addEventListener("input", () => this.#fit());
    this.#words.addEventListener("keydown", (event) => {
      // While an input method composes, Enter picks a word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#words.form.requestSubmit();
    });
    this.#fit();
    // A touch screen would cover half of the page with its keyboard.
    if (matchMedia("(hover: hover)").matches) this.#words.focus({ preventScroll: true });
  }

  /** Words to be corrected. */
  take(words) {
    this.#words.value = [this.#words.value, words].filter(Boolean).join("\n");
    this.#fit();
    this.#words.focus();
  }

  #fit() {
    this.#words.style.height = "auto";
    const border = this.#words.offsetHeight - this.#words.clientHeight;
    this.#words.style.height = `${this.#words.scrollHeight + border}px`;
    this.#button.setAttribute("aria-disabled", String(!this.#words.value.trim()));
  }
}
