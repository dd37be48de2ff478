/** An answer that was not a success. `status` 0: none came. */
export class APIError extends Error {
  constructor(status, retryAfter = 0) {
    super(`HTTP ${status}`);
    this.status = status;
    /** In milliseconds, 0 when the server did not say. */
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later: nothing that the guest could mend. */
  get isPassing() {
    return this.status === 0 || this.status === 401 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** The gateway's JSON API for one visitor. A session is made when a request needs it, and again when it has expired. */
export class API {
  #memory;
  #hotel;

  constructor(memory, hotel) {
    this.#memory = memory;
    this.#hotel = hotel;
  }

  /** `key` may be empty where an installation has only one hotel. */
  static async hotel(key) {
    const query = key ? `?${new URLSearchParams({ hotel: key })}` : "";
    return (await request(`/api/chat/hotel${query}`)).json();
  }

  get hasSession() {
    return this.#memory.get("session") !== null;
  }

  async send(message) {
    await this.#withSession("/api/chat/messages", post(message));
  }

  async history() {
    const answer = await this.#withSession("/api/chat/history?limit=100");
    return (await answer.json()).messages;
  }

  async media(path) {
    return (await this.#withSession(path)).blob();
  }

  /** The events after `lastID` as an open response, until `signal` ends it. */
  events(lastID, signal) {
    const headers = lastID ? { "Last-Event-ID": String(lastID) } : {};
    return this.#withSession("/api/chat/events", { headers: { Accept: "text/event-stream", ...headers }, signal, deadline: 0 });
  }

  async #withSession(path, options = {}) {
    const used = await this.#token();
    const call = (token) => request(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
    try {
      return await call(used);
    } catch (error) {
      if (error.status !== 401) throw error;
      return call(await this.#token(used));
    }
  }

  /** The token in use; one other than `refused`. Of several tabs one asks for it. */
  async #token(refused = null) {
    const known = () => {
      const token = this.#memory.get("session")?.token ?? null;
      return token === refused ? null : token;
    };
    return known() ?? this.#memory.alone("session", async () => {
      const there = known();
      if (there) return there;
      const answer = await request("/api/chat/session", post({ hotel: this.#hotel }));
      const session = await answer.json();
      this.#memory.set("session", session);
      return session.token;
    });
  }
}

function post(body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** Throws `APIError` when no good answer comes within `deadline` milliseconds (0: until `signal`). */
async function request(path, { deadline = 20_000, signal, ...options } = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...options, cache: "no-store", credentials: "omit", signal: deadline ? AbortSignal.timeout(deadline) : signal });
  } catch {
    throw new APIError(0);
  }
  if (!answer.ok) throw new APIError(answer.status, (Number(answer.headers.get("Retry-After")) || 0) * 1000);
  return answer;
}
