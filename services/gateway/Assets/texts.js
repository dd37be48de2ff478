// Every text of the page's own that a guest reads. What the hotel says comes from the server.
const texts = {
  es: {
    itself: "Español", language: "Idioma", conversation: "Conversación", latest: "Ir al último mensaje", message: "Mensaje",
    hint: "Escriba su mensaje", send: "Enviar", automatic: "Conversación automática.", privacy: "Privacidad",
    forget: "Borrar", forgetLong: "Borrar de este dispositivo", you: "Usted:",
    confirmForget: "¿Borrar esta conversación de este dispositivo? Las reservas que haya hecho siguen en pie.",
    typing: "Escribiendo…", voice: "Nota de voz", voiceFailed: "No se ha podido cargar. Reintentar",
    voiceUnplayable: "Este navegador no reproduce la nota; las mismas palabras están escritas arriba.",
    map: "Ver en el mapa", attachment: "(archivo)", chosen: "Elegida", past: "Oferta anterior",
    waiting: "enviando", later: "se enviará", sent: "enviado", read: "leído", refused: "no enviado", edit: "Corregir",
    offline: "Sin conexión. Lo que escriba se enviará cuando vuelva.",
    busy: "Demasiados mensajes seguidos. El suyo se enviará en unos segundos.",
    unknownHotel: "No hay ningún hotel en esta dirección. Compruebe el enlace.",
    starters: ["¿Tienen una doble para este fin de semana?", "¿Qué habitaciones hay?", "¿A qué hora es el desayuno?"],
  },
  en: {
    itself: "English", language: "Language", conversation: "Conversation", latest: "Go to the latest message", message: "Message",
    hint: "Write your message", send: "Send", automatic: "Automatic conversation.", privacy: "Privacy",
    forget: "Clear", forgetLong: "Clear from this device", you: "You:",
    confirmForget: "Clear this conversation from this device? Any booking you made stays as it is.",
    typing: "Typing…", voice: "Voice note", voiceFailed: "It could not be loaded. Try again",
    voiceUnplayable: "This browser can't play the note; the same words are written above.",
    map: "See on the map", attachment: "(file)", chosen: "Chosen", past: "Earlier offer",
    waiting: "sending", later: "will be sent", sent: "sent", read: "read", refused: "not sent", edit: "Correct it",
    offline: "No connection. What you write will be sent when it is back.",
    busy: "Too many messages at once. Yours will be sent in a few seconds.",
    unknownHotel: "There is no hotel at this address. Please check the link.",
    starters: ["Is a double free this weekend?", "Which rooms do you have?", "What time is breakfast?"],
  },
  pt: {
    itself: "Português", language: "Idioma", conversation: "Conversa", latest: "Ir para a última mensagem", message: "Mensagem",
    hint: "Escreva sua mensagem", send: "Enviar", automatic: "Conversa automática.", privacy: "Privacidade",
    forget: "Apagar", forgetLong: "Apagar deste dispositivo", you: "Você:",
    confirmForget: "Apagar esta conversa deste dispositivo? As reservas que fez continuam valendo.",
    typing: "Escrevendo…", voice: "Nota de voz", voiceFailed: "Não foi possível carregar. Tentar de novo",
    voiceUnplayable: "Este navegador não reproduz a nota; as mesmas palavras estão escritas acima.",
    map: "Ver no mapa", attachment: "(arquivo)", chosen: "Escolhida", past: "Oferta anterior",
    waiting: "enviando", later: "será enviada", sent: "enviada", read: "lida", refused: "não enviada", edit: "Corrigir",
    offline: "Sem conexão. O que escrever será enviado quando voltar.",
    busy: "Muitas mensagens seguidas. A sua será enviada em alguns segundos.",
    unknownHotel: "Não há nenhum hotel neste endereço. Verifique o link.",
    starters: ["Tem um quarto duplo para este fim de semana?", "Que quartos vocês têm?", "A que horas é o café da manhã?"],
  },
};

/** The texts and formats of one language. */
export class Wording {
  constructor(language) {
    this.language = language;
    // A guest's own habits (5:02 PM or 17:02) where the browser speaks the same language.
    const locale = navigator.languages.find((name) => name.slice(0, 2) === language) ?? language;
    this.clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    this.calendar = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  }

  get(key) {
    return texts[this.language][key];
  }

  /** `at` in Unix seconds. */
  time(at) {
    return this.clock.format(at * 1000);
  }

  day(at) {
    return this.calendar.format(at * 1000);
  }
}

/** A language's own name for itself. */
export function nameOf(language) {
  return texts[language].itself;
}

/** The first of the browser's languages that both the page and the hotel speak. */
export function preferredLanguage(offered) {
  const spoken = offered.filter((language) => language in texts);
  return navigator.languages.map((name) => name.slice(0, 2).toLowerCase()).find((name) => spoken.includes(name)) ?? spoken[0] ?? "es";
}
