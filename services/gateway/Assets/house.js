import { nameOf } from "./texts.js";

export const place = (id) => document.getElementById(id);

/** Writes the page's texts where chat.html's data- attributes ask for them. */
export function translate(wording) {
  document.documentElement.lang = wording.language;
  const fill = (name, write) => {
    for (const node of document.querySelectorAll(`[data-${name}]`)) write(node, wording.get(node.dataset[name]));
  };
  fill("text", (node, words) => node.textContent = words);
  fill("label", (node, words) => node.setAttribute("aria-label", words));
  fill("hint", (node, words) => node.placeholder = words);
}

export function showHotel(hotel, language) {
  place("mark").textContent = hotel.mark;
  place("name").textContent = hotel.name;
  place("subtitle").textContent = hotel.subtitle?.[language] ?? "";
  place("language-code").textContent = language;
  place("language").replaceChildren(...hotel.languages.map((code) => new Option(nameOf(code), code, false, code === language)));
  const privacy = place("privacy");
  privacy.hidden = !/^https?:\/\//.test(hotel.privacy_url ?? "");
  if (!privacy.hidden) privacy.href = hotel.privacy_url;
}

/** There is nothing to talk to at this address. */
export function refuse(words) {
  document.body.classList.add("closed");
  place("log").textContent = words;
}

/** Where the browser does not shrink the page for its keyboard (iOS), the page does. */
export function followKeyboard() {
  const seen = window.visualViewport;
  seen?.addEventListener("resize", () => {
    if (Math.abs(seen.scale - 1) > 0.01) return;
    const isCovered = innerHeight - seen.height > 40;
    document.documentElement.style.setProperty("--seen", isCovered ? `${seen.height}px` : "100dvh");
    if (isCovered) scrollTo(0, 0);
  });
}
