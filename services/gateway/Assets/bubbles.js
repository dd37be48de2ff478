// The elements of one entry each, from the templates of chat.html. Words enter the page as text only, never as HTML.

/** What the bubbles need of the page: { wording, hotel, tap(choice), say(words), edit(entry), load(path) → Promise<Blob>, settled() }. */
export function bubble(entry, page) {
  if (entry.side === "guest") return guestBubble(entry, page);
  const { message, voice, location } = entry.content;
  const node = voice && entry.media ? voiceBubble(entry, page) : location ? locationBubble(location, page)
    : agentBubble(message?._0 ?? { text: voice?.text ?? page.wording.get("attachment"), language: voice?.language }, page);
  node.querySelector(".who").textContent = `${page.hotel.name}: `;
  return node;
}

/** What changes over an entry's life: its time and state, what is chosen, what is past. Words are written only when they differ: a live log reads them out. */
export function refresh(node, entry, page) {
  const { wording } = page;
  stamp(node, entry, page);
  if (entry.side === "guest") {
    const waits = entry.state === "waiting";
    node.classList.toggle("waiting", waits);
    node.classList.toggle("refused", entry.state === "refused");
    node.querySelector(".stamp use").setAttribute("href", `#state-${entry.state}`);
    node.querySelector(".stamp svg").setAttribute("aria-label", wording.get(entry.state));
    const fate = entry.state === "refused" ? "refused" : waits && entry.isLate ? "later" : "";
    const place = node.querySelector(".fate");
    if (place.dataset.fate !== fate) {
      place.dataset.fate = fate;
      place.replaceChildren(...fate ? [wording.get(fate)] : []);
      if (fate === "refused") place.append(button(wording.get("edit"), () => page.edit(entry)));
    }
    return;
  }
  node.classList.toggle("over", Boolean(entry.isOver));
  node.classList.toggle("past", Boolean(entry.isPast));
  node.classList.toggle("decided", Boolean(entry.chosen));
  for (const choice of node.querySelectorAll("[data-choice]")) choice.ariaPressed = String(choice.dataset.choice === entry.chosen);
}

/** With sentences to begin with, said as if typed. */
export function greeting(page) {
  const node = agentBubble({ text: page.hotel.greeting[page.wording.language] ?? "", language: page.wording.language }, page);
  node.querySelector(".who").textContent = `${page.hotel.name}: `;
  node.querySelector(".stamp").remove();
  for (const words of page.wording.get("starters")) node.querySelector(".replies").append(button(words, () => page.say(words)));
  return node;
}

export function copyOf(template) {
  return document.getElementById(`${template}-template`).content.firstElementChild.cloneNode(true);
}

function guestBubble(entry, page) {
  const node = copyOf("guest");
  node.querySelector(".who").textContent = `${page.wording.get("you")} `;
  node.querySelector(".text").textContent = entry.content.text || page.wording.get("attachment");
  return node;
}

function agentBubble({ text, language, cards = [], buttons = [], note }, page) {
  const node = copyOf("agent");
  if (language) node.lang = language;
  node.classList.toggle("offers", cards.length > 0);
  node.querySelector(".text").append(...marked(text));
  node.querySelector("small").textContent = note ?? "";
  node.querySelector(".cards").dataset.past = page.wording.get("past");
  node.querySelector(".cards").append(...cards.map((card) => {
    const place = choice(copyOf("card"), card, page);
    place.querySelector("b").textContent = card.title;
    place.querySelector(".price").textContent = card.price;
    place.querySelector(".detail").textContent = card.detail;
    place.querySelector(".chosen span").textContent = page.wording.get("chosen");
    return place;
  }));
  node.querySelector(".replies").append(...buttons.map((reply) => {
    const place = choice(copyOf("reply"), reply, page);
    place.querySelector("span").textContent = reply.title;
    return place;
  }));
  return node;
}

/** A second tap on what is chosen changes nothing. */
function choice(node, { id, title }, page) {
  node.dataset.choice = id;
  node.addEventListener("click", () => {
    if (node.ariaPressed !== "true") page.tap({ id, title });
  });
  return node;
}

function voiceBubble({ media }, page) {
  const node = copyOf("voice");
  const label = node.querySelector(".label span");
  const audio = node.querySelector("audio");
  const again = node.querySelector(".again");
  label.textContent = page.wording.get("voice");
  audio.setAttribute("aria-label", page.wording.get("voice"));
  again.textContent = page.wording.get("voiceFailed");
  const load = async () => {
    again.hidden = true;
    try {
      audio.src = URL.createObjectURL(await page.load(media));
      audio.hidden = false;
    } catch {
      audio.hidden = true;
      again.hidden = false;
    }
    page.settled();
  };
  again.addEventListener("click", load);
  audio.addEventListener("error", () => {
    audio.hidden = true;
    label.textContent = page.wording.get("voiceUnplayable");
    page.settled();
  });
  // An old note is fetched when it is scrolled to, not with the page.
  new IntersectionObserver(([seen], observer) => {
    if (!seen.isIntersecting) return;
    observer.disconnect();
    load();
  }).observe(node);
  return node;
}

function locationBubble({ latitude, longitude, name, address }, page) {
  const node = copyOf("location");
  node.querySelector("b").textContent = name;
  node.querySelector("address span").textContent = address;
  const link = node.querySelector("a");
  link.textContent = page.wording.get("map");
  link.href = `https://www.openstreetmap.org/?${new URLSearchParams({ mlat: latitude, mlon: longitude })}#map=17/${Number(latitude)}/${Number(longitude)}`;
  return node;
}

function stamp(node, { at }, { wording }) {
  const time = node.querySelector("time");
  const iso = new Date(at * 1000).toISOString();
  if (time.dateTime === iso) return;
  time.dateTime = iso;
  time.textContent = wording.time(at);
}

function button(words, body) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = words;
  node.addEventListener("click", body);
  return node;
}

/** Web addresses become links, and booking codes stay in one piece and stand out. */
function marked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])|\b([A-Z]{2,4}-[A-Z0-9]{6,10})\b/).map((part, index) => {
    if (!part || index % 3 === 0) return part ?? "";
    const isLink = index % 3 === 1;
    const node = document.createElement(isLink ? "a" : "span");
    node.textContent = part;
    if (isLink) Object.assign(node, { href: part, target: "_blank", rel: "noopener noreferrer" });
    else node.className = "code";
    return node;
  });
}
