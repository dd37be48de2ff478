import { bubble, copyOf, greeting, refresh } from "./bubbles.js";

/** Who is nearer to the end than this many pixels reads along. */
const near = 80;

/** The log: keeps one element an entry, in the conversation's order, and the eye where it was. */
export class View {
  #log = document.getElementById("log");
  #latest = document.getElementById("latest");
  #nodes = new Map();
  #typing = copyOf("typing");
  #follows = true;
  #height = 0;
  #page;

  constructor(page) {
    this.#page = page;
    this.#log.addEventListener("scroll", () => {
      // A window that shrinks (a keyboard opens) scrolls without anyone's wish.
      if (this.#log.clientHeight !== this.#height) return;
      this.#follows = this.#log.scrollHeight - this.#log.scrollTop - this.#height < near;
      this.#latest.hidden = this.#follows;
      if (this.#follows) this.#latest.classList.remove("news");
    }, { passive: true });
    new ResizeObserver(() => {
      this.#height = this.#log.clientHeight;
      this.settle();
    }).observe(this.#log);
    this.#latest.addEventListener("click", () => this.toEnd());
  }

  /** In another language everything is made anew. */
  reset() {
    this.#nodes.clear();
    this.#log.replaceChildren();
  }

  render(conversation, { isTyping }) {
    const { wording } = this.#page;
    const isFirst = this.#log.childElementCount === 0;
    // What was said before is not read out again.
    this.#log.setAttribute("aria-busy", String(isFirst));
    const order = [this.#node("greeting", () => greeting(this.#page))];
    const starters = order[0].querySelector(".replies");
    if (starters.contains(document.activeElement)) this.#log.focus({ preventScroll: true });
    starters.hidden = conversation.entries.length > 0;
    let day = "";
    let arrived = null;
    for (const entry of conversation.entries) {
      const date = wording.day(entry.at);
      if (date !== day) {
        day = date;
        order.push(this.#node(`day:${date}`, () => Object.assign(copyOf("day"), { textContent: date })));
      }
      const node = this.#node(entry.key, () => {
        arrived = { entry, node: bubble(entry, this.#page) };
        if (!isFirst && entry.isFresh && !this.#typing.isConnected) arrived.node.classList.add("new");
        return arrived.node;
      });
      refresh(node, entry, this.#page);
      order.push(node);
    }
    if (isTyping) order.push(this.#typing);
    this.#typing.firstElementChild.setAttribute("aria-label", wording.get("typing"));
    this.#arrange(order);
    this.#log.setAttribute("aria-busy", "false");

    if (arrived && (isFirst || arrived.entry.state === "waiting")) this.#follows = true;
    if (arrived && !this.#follows) this.#latest.classList.add("news");
    this.settle();
    // A long answer is read from its beginning.
    if (arrived?.entry.side === "agent" && !isFirst && this.#follows && arrived.node.offsetHeight > this.#height) {
      this.#log.scrollTop = arrived.node.offsetTop - this.#log.offsetTop - 8;
    }
  }

  /** Something in the log, or the log itself, has changed its height. */
  settle() {
    if (this.#follows) this.#log.scrollTop = this.#log.scrollHeight;
  }

  toEnd() {
    this.#follows = true;
    this.#latest.hidden = true;
    this.settle();
    this.#log.focus({ preventScroll: true });
  }

  #node(key, make) {
    if (!this.#nodes.has(key)) this.#nodes.set(key, make());
    return this.#nodes.get(key);
  }

  /** Moves only what is not in its place, so that a focused button keeps its focus and a playing note goes on. */
  #arrange(order) {
    const wanted = new Set(order);
    for (const child of [...this.#log.children]) if (!wanted.has(child)) child.remove();
    let place = this.#log.firstElementChild;
    for (const node of order) {
      if (node === place) place = place.nextElementSibling;
      else this.#log.insertBefore(node, place);
    }
  }
}
