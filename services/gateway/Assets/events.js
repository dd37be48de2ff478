/** Reads `text/event-stream` (HTML standard, 9.2.6) in pieces, because EventSource can't send an Authorization header. */
export class EventParser {
  #rest = "";
  #event = { type: "", data: [], id: "" };
  #body;

  /** `body` gets { type, data, id } of each event. */
  constructor(body) {
    this.#body = body;
  }

  feed(text) {
    this.#rest += text;
    // A CR at the end may be half of a CRLF: it waits for what follows.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    if (this.#rest.length > 1_000_000) throw new Error("line too long");
    for (const line of lines) this.#take(line);
  }

  #take(line) {
    if (line === "") {
      const { type, data, id } = this.#event;
      if (data.length) this.#body({ type: type || "message", data: data.join("\n"), id });
      this.#event = { type: "", data: [], id };
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event.type = value;
    if (field === "data") this.#event.data.push(value);
    if (field === "id" && !value.includes("\0")) this.#event.id = value;
  }
}

/** The server sends a comment at least every 15 s; a line that is silent for this long is dead. */
const silence = 40_000;

/** One event stream that is kept open: it comes back by itself and goes on after the last message seen. */
export class Line {
  #api;
  #events;
  #lastID = 0;
  #failures = 0;
  #abort = null;
  #timer = null;

  /** `events`: { event({ type, data, id }), up(), down() }. */
  constructor(api, events) {
    this.#api = api;
    this.#events = events;
  }

  get isStarted() {
    return this.#abort !== null || this.#timer !== null;
  }

  /** From the message after `lastID` on. */
  start(lastID) {
    this.#lastID = Math.max(this.#lastID, lastID);
    if (!this.isStarted) this.#open();
  }

  /** The network has changed: what is open may be dead without knowing it. */
  restart() {
    this.#failures = 0;
    this.#abort?.abort();
    this.wake();
  }

  /** Tries now instead of when the pause is over. */
  wake() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#open();
  }

  async #open() {
    const abort = new AbortController();
    this.#abort = abort;
    let watchdog = setTimeout(() => abort.abort(), silence);
    let pause = 0;
    try {
      const answer = await this.#api.events(this.#lastID, abort.signal);
      const parser = new EventParser((event) => {
        const id = Number(event.id);
        if (event.type === "message" && id > this.#lastID) this.#lastID = id;
        this.#events.event({ ...event, data: JSON.parse(event.data) });
      });
      this.#events.up();
      const decoder = new TextDecoder();
      for (const reader = answer.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) break;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), silence);
        this.#failures = 0;
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      // Whatever it was, coming back after the last message seen mends it.
      pause = error.retryAfter ?? 0;
    }
    clearTimeout(watchdog);
    abort.abort();
    this.#abort = null;
    this.#failures += 1;
    pause = Math.max(pause, Math.min(500 * 2 ** (this.#failures - 1), 15_000) * (0.5 + Math.random() / 2));
    this.#timer = setTimeout(() => this.wake(), pause);
    this.#events.down();
  }
}
