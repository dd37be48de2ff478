/**
 * What the page remembers of one hotel, shared by its tabs: localStorage where the browser allows it, else this page's own life.
 */
export class Memory {
  #prefix;
  #fallback = new Map();

  constructor(hotel) {
    this.#prefix = `agente-hotel/${hotel}/`;
  }

  get(key) {
    let text = this.#fallback.get(key) ?? null;
    try {
      text = localStorage.getItem(this.#prefix + key) ?? text;
    } catch {
      // Storage is switched off: what this page's life holds is all there is.
    }
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  set(key, value) {
    const text = JSON.stringify(value);
    try {
      localStorage.setItem(this.#prefix + key, text);
      this.#fallback.delete(key);
    } catch {
      this.#fallback.set(key, text);
    }
  }

  remove(key) {
    this.#fallback.delete(key);
    try {
      localStorage.removeItem(this.#prefix + key);
    } catch {
      // As in `get`.
    }
  }

  onChange(key, body) {
    addEventListener("storage", (event) => {
      if (event.key === this.#prefix + key) body();
    });
  }

  /**
   * Runs `body` while no other tab runs one of the same name. A tab that the system has put to sleep may hold the lock for ever:
   * after 5 s it runs without, which costs order at most, as the server takes each client id once.
   */
  async alone(name, body) {
    if (!navigator.locks) return body();
    let started = false;
    try {
      return await navigator.locks.request(this.#prefix + name, { signal: AbortSignal.timeout(5000) }, () => {
        started = true;
        return body();
      });
    } catch (error) {
      if (started) throw error;
      return body();
    }
  }
}
