const day = 24 * 60 * 60;

/**
 * What has been said, in order, and what follows from it. Knows no page and no network.
 * An entry: { key, side: "guest" | "agent", id, clientID, at (Unix s), content, media, buttonID, state: "waiting" | "sent" |
 * "read" | "refused", isFresh }, and derived: isLate, chosen (a button's id), isOver (its buttons have had their time), isPast (so has its offer).
 */
export class Conversation {
  entries = [];

  /** Takes in the server's history. What it does not reach back to stays above, what it does not know yet stays below. */
  replay(messages) {
    const known = new Map(this.entries.map((entry) => [entry.key, entry]));
    const replayed = messages.map((message) => {
      const entry = message.direction === "in" ? guestEntry(message) : agentEntry(message);
      const old = known.get(entry.key);
      return old ? Object.assign(old, entry, { state: better(old.state, entry.state) }) : entry;
    });
    const keys = new Set(replayed.map((entry) => entry.key));
    const meeting = this.entries.findIndex((entry) => keys.has(entry.key));
    const rest = (entry) => !keys.has(entry.key);
    const above = this.entries.slice(0, Math.max(meeting, 0)).filter(rest);
    const below = this.entries.slice(Math.max(meeting, 0)).filter(rest);
    this.entries = [...above, ...replayed, ...below];
  }

  /** The agent's next message. False when it is there already: a stream repeats after a broken line. */
  receive(message) {
    const entry = agentEntry(message);
    if (this.#find(entry.key)) return false;
    this.entries.push({ ...entry, isFresh: true });
    return true;
  }

  /** The guest's next message, from the outbox. */
  write(item) {
    if (this.#find(`in:${item.client_id}`)) return;
    this.entries.push({
      key: `in:${item.client_id}`, side: "guest", clientID: item.client_id, at: item.at, buttonID: item.button_id ?? null,
      content: { text: item.text }, state: item.refused ? "refused" : "waiting", isFresh: true,
    });
  }

  /** The server has it. False when this page has never seen it: another tab wrote it. */
  sent(clientID) {
    const entry = this.#find(`in:${clientID}`);
    if (entry) entry.state = better(entry.state, "sent");
    return entry !== undefined;
  }

  refused(clientID) {
    const entry = this.#find(`in:${clientID}`);
    if (entry) entry.state = "refused";
  }

  withdraw(clientID) {
    this.entries = this.entries.filter((entry) => entry.clientID !== clientID);
  }

  /** The agent is typing: it has read all that it has. */
  seen() {
    for (const entry of this.entries) if (entry.side === "guest") entry.state = entry.state === "sent" ? "read" : entry.state;
  }

  get lastID() {
    return this.entries.reduce((last, entry) => entry.side === "agent" ? Math.max(last, Number(entry.id)) : last, 0);
  }

  /** `now` in Unix seconds; `isLate`: what waits does not go out just now. */
  derive({ now, isLate }) {
    let isAnswered = false, isFollowed = false, hasNewerButtons = false, hasNewerOffer = false;
    for (const entry of [...this.entries].reverse()) {
      if (entry.side === "guest") {
        entry.isLate = isLate;
        if (isAnswered && entry.state === "sent") entry.state = "read";
        continue;
      }
      isAnswered = true;
      const { message } = entry.content;
      if (!message) continue;
      const hasCards = message._0.cards?.length > 0;
      Object.assign(entry, { chosen: null, isFollowed, isOver: hasNewerButtons, isPast: hasCards && (hasNewerOffer || now - entry.at > day) });
      isFollowed = true;
      hasNewerButtons ||= message._0.buttons?.length > 0;
      hasNewerOffer ||= hasCards;
    }
    const offering = new Map();
    for (const entry of this.entries) {
      for (const choice of choicesOf(entry)) offering.set(choice.id, entry);
      if (entry.buttonID && entry.state !== "refused" && offering.has(entry.buttonID)) offering.get(entry.buttonID).chosen = entry.buttonID;
    }
    for (const entry of this.entries) entry.isOver ||= Boolean(entry.chosen && entry.isFollowed);
  }

  #find(key) {
    return this.entries.find((entry) => entry.key === key);
  }
}

const ranks = ["refused", "waiting", "sent", "read"];

function better(one, other) {
  return ranks.indexOf(one) > ranks.indexOf(other) ? one : other;
}

function choicesOf({ content: { message } }) {
  return [...message?._0.cards ?? [], ...message?._0.buttons ?? []];
}

function guestEntry({ id, client_id: clientID, at, content, status }) {
  return {
    key: `in:${clientID ?? id}`, side: "guest", id, clientID: clientID ?? null, at, content, buttonID: content.buttonID ?? null,
    state: status === "processed" ? "read" : "sent",
  };
}

function agentEntry({ id, at, content, media }) {
  return { key: `out:${id}`, side: "agent", id, at, content, media: media ?? null };
}
