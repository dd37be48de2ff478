/**
 * What the guest has written and the server has not yet taken, in order. It outlives the page. Each message keeps its client id:
 * however often it is sent, the server takes it once.
 */
export class Outbox {
  #memory;
  #api;
  #events;
  #running = false;
  #failures = 0;
  #timer = null;

  /** `events`: { sent(clientID), refused(clientID), stuck(error), flowing() }. */
  constructor(memory, api, events) {
    this.#memory = memory;
    this.#api = api;
    this.#events = events;
  }

  get items() {
    return this.#memory.get("outbox") ?? [];
  }

  add(item) {
    this.#memory.set("outbox", [...this.items, item]);
    if (this.#timer === null) this.flush();
  }

  remove(clientID) {
    this.#memory.set("outbox", this.items.filter((item) => item.client_id !== clientID));
  }

  /** Sends what waits, now: the line may be back. */
  async flush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#running || !this.#next) return;
    this.#running = true;
    try {
      await this.#memory.alone("outbox", () => this.#drain());
      this.#failures = 0;
      this.#events.flowing();
    } catch (error) {
      this.#failures += 1;
      const pause = Math.min(1000 * 2 ** (this.#failures - 1), 30_000) * (0.5 + Math.random() / 2);
      this.#timer = setTimeout(() => this.flush(), Math.max(error.retryAfter ?? 0, pause));
      this.#events.stuck(error);
    } finally {
      this.#running = false;
    }
    // Written between the last look and the end of the lock.
    if (this.#timer === null && this.#next) this.flush();
  }

  get #next() {
    return this.items.find((item) => !item.refused);
  }

  async #drain() {
    for (let item = this.#next; item; item = this.#next) {
      try {
        const { at, refused, ...message } = item;
        await this.#api.send(message);
        this.remove(item.client_id);
        this.#events.sent(item.client_id);
      } catch (error) {
        if (error.isPassing !== false) throw error;
        this.#memory.set("outbox", this.items.map((other) => other.client_id === item.client_id ? { ...other, refused: true } : other));
        this.#events.refused(item.client_id);
      }
    }
  }
}

/** A UUID, version 4 (RFC 9562): `crypto.randomUUID` exists on secure origins only. */
export function newID() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
