import { API } from "./api.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Line } from "./events.js";
import { followKeyboard, place, refuse, showHotel, translate } from "./house.js";
import { Memory } from "./memory.js";
import { Outbox, newID } from "./outbox.js";
import { Wording, preferredLanguage } from "./texts.js";
import { View } from "./view.js";

/** Dots without a message go after so many milliseconds: the turn has failed. */
const typingLasts = 15_000;
/** A line that is back within so many milliseconds was never away for a guest. */
const patience = 2_000;

const now = () => Math.floor(Date.now() / 1000);

/** Joins what the guest does, what the server says and what the page shows. */
class Chat {
  #hotel;
  #memory;
  #api;
  #outbox;
  #line;
  #composer;
  #view;
  #page;
  #conversation = new Conversation();
  #needsHistory = false;
  #typingTimer = null;
  #downTimer = null;
  /** The key of the text that says what is wrong with either. */
  #trouble = { outbox: null, line: null };
  #unread = 0;

  constructor(hotel) {
    this.#hotel = hotel;
    this.#memory = new Memory(hotel.key);
    this.#api = new API(this.#memory, hotel.key);
    this.#page = {
      hotel,
      wording: new Wording(this.#memory.get("language") ?? preferredLanguage(hotel.languages)),
      tap: ({ id, title }) => this.#send(title, id),
      say: (words) => this.#send(words),
      edit: (entry) => this.#edit(entry),
      load: (path) => this.#api.media(path),
      settled: () => this.#view.settle(),
    };
    this.#outbox = new Outbox(this.#memory, this.#api, {
      sent: (clientID) => this.#change(() => this.#conversation.sent(clientID)),
      refused: (clientID) => this.#change(() => this.#conversation.refused(clientID)),
      stuck: (error) => this.#meet({ outbox: error.status === 429 ? "busy" : "offline" }),
      flowing: () => this.#meet({ outbox: null }),
    });
    this.#line = new Line(this.#api, {
      event: (event) => this.#hear(event),
      up: () => this.#lineIsUp(),
      down: () => this.#downTimer ??= setTimeout(() => this.#meet({ line: "offline" }), patience),
    });
  }

  start() {
    this.#view = new View(this.#page);
    this.#composer = new Composer((words) => this.#send(words));
    this.#speak(this.#page.wording.language);
    place("language").addEventListener("change", ({ target }) => {
      this.#memory.set("language", target.value);
      this.#speak(target.value);
    });
    place("forget").addEventListener("click", () => this.#forget());
    addEventListener("online", () => {
      this.#line.restart();
      this.#outbox.flush();
    });
    addEventListener("offline", () => this.#meet({ line: "offline" }));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.#setUnread(0);
      this.#line.wake();
      this.#outbox.flush();
    });
    this.#memory.onChange("outbox", () => this.#takeOutbox());
    this.#memory.onChange("session", () => this.#begin());
    this.#takeOutbox();
    this.#begin();
  }

  /** A conversation that was begun earlier comes back; a new one begins with the guest's first message. */
  async #begin() {
    if (!this.#api.hasSession) return;
    place("forget").hidden = false;
    if (!this.#line.isStarted) await this.#catchUp();
    this.#line.start(this.#conversation.lastID);
    this.#outbox.flush();
  }

  async #catchUp() {
    this.#needsHistory = false;
    try {
      const messages = await this.#api.history();
      this.#change(() => this.#conversation.replay(messages));
    } catch {
      // Asked for again when the line is up.
      this.#needsHistory = true;
    }
  }

  #send(text, buttonID) {
    const item = { client_id: newID(), text, button_id: buttonID, at: now() };
    this.#change(() => this.#conversation.write(item));
    this.#outbox.add(item);
    this.#line.start(0);
    place("forget").hidden = false;
  }

  #edit(entry) {
    this.#outbox.remove(entry.clientID);
    this.#change(() => this.#conversation.withdraw(entry.clientID));
    this.#composer.take(entry.content.text);
  }

  /** Messages that this page's last visit or another tab has left waiting. */
  #takeOutbox() {
    this.#change(() => this.#outbox.items.forEach((item) => this.#conversation.write(item)));
  }

  #hear({ type, data }) {
    if (type === "message") {
      const isNew = this.#conversation.receive(data);
      this.#setTyping(false);
      if (isNew && document.hidden) this.#setUnread(this.#unread + 1);
    } else if (type === "typing") {
      this.#conversation.seen();
      this.#setTyping(true);
    } else if (type === "taken" && !this.#conversation.sent(data.client_id)) {
      this.#catchUp();
    }
    this.#change();
  }

  #setTyping(isTyping) {
    clearTimeout(this.#typingTimer);
    this.#typingTimer = isTyping ? setTimeout(() => this.#change(() => this.#setTyping(false)), typingLasts) : null;
  }

  #lineIsUp() {
    clearTimeout(this.#downTimer);
    this.#downTimer = null;
    this.#meet({ line: null });
    this.#outbox.flush();
    if (this.#needsHistory) this.#catchUp();
  }

  #meet(trouble) {
    Object.assign(this.#trouble, trouble);
    this.#showNotice();
    this.#change();
  }

  #showNotice() {
    const trouble = this.#trouble.outbox ?? this.#trouble.line;
    const notice = trouble ? this.#page.wording.get(trouble) : "";
    if (place("notice").textContent !== notice) place("notice").textContent = notice;
  }

  #setUnread(count) {
    this.#unread = count;
    document.title = count ? `(${count}) ${this.#hotel.name}` : this.#hotel.name;
  }

  #change(body) {
    body?.();
    this.#conversation.derive({ now: now(), isLate: Object.values(this.#trouble).some(Boolean) });
    this.#view.render(this.#conversation, { isTyping: this.#typingTimer !== null });
  }

  #speak(language) {
    this.#page.wording = new Wording(language);
    translate(this.#page.wording);
    showHotel(this.#hotel, language);
    this.#setUnread(this.#unread);
    this.#showNotice();
    this.#view.reset();
    this.#change();
  }

  /** On a shared computer: the next person begins anew. */
  #forget() {
    if (!confirm(this.#page.wording.get("confirmForget"))) return;
    for (const key of ["session", "outbox"]) this.#memory.remove(key);
    location.reload();
  }
}

/** While the server is out of reach, what the last visit learnt. Null: no such hotel. */
async function knownHotel() {
  const key = new URLSearchParams(location.search).get("hotel") ?? "";
  const memory = new Memory(`address:${key}`);
  for (let pause = 500; ; pause = Math.min(pause * 2, 15_000)) {
    try {
      const hotel = await API.hotel(key);
      memory.set("hotel", hotel);
      return hotel;
    } catch (error) {
      if (error.isPassing === false) return null;
      const remembered = memory.get("hotel");
      if (remembered) return remembered;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

const wording = new Wording(preferredLanguage(["es", "en", "pt"]));
translate(wording);
followKeyboard();
const hotel = await knownHotel();
if (hotel) new Chat(hotel).start();
else refuse(wording.get("unknownHotel"));
