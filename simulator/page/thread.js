// Draws one conversation: day separators, bubbles, ticks, buttons and numbered choices. Only what changed is redrawn.

import { avatar, clock, dayName, el, icon } from "./dom.js";

const ATTACHMENTS = {
  contact: ["contact", "Contact card"],
  photo: ["photo", "Photo"],
  image: ["photo", "Photo"],
  voice: ["voice", "Voice message"],
  audio: ["voice", "Voice message"],
  document: ["document", "Document"],
  application: ["document", "Document"],
  sticker: ["sticker", "Sticker"],
  location: ["location", "Location"],
};
const STATES = {
  pending: ["clock", "", "Being sent"],
  delivered: ["ticks", "", "Delivered"],
  read: ["ticks", "read", "Read"],
  queued: ["tick", "", "Queued"],
  accepted: ["tick", "", "Accepted"],
  sent: ["tick", "", "Sent"],
};
const CHOICE = /^\s*(\d{1,2})[.)]\s+(\S.*)$/;

export class Thread {
  // `act` has choose(text) for numbered choices and press(message, data) for inline buttons.
  constructor(node, act) {
    this.node = node;
    this.act = act;
    this.drawn = new Map();
    this.shown = null;
  }

  // The next `show` draws the whole conversation and goes to its end.
  reopen() {
    this.shown = null;
  }

  show(chat, person) {
    const opened = this.shown !== chat.id;
    if (opened) {
      this.node.replaceChildren();
      this.drawn.clear();
      this.shown = chat.id;
    }
    const stuck = opened || this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < 120;
    this.place(this.rows(chat, person), opened);
    if (stuck) this.node.scrollTop = this.node.scrollHeight;
  }

  rows(chat, person) {
    if (!chat.messages.length) return [["welcome", "", () => welcome(person)]];
    const rows = [];
    let before = null;
    const last = chat.messages.findLast((message) => message.side === "theirs");
    for (const message of chat.messages) {
      const day = dayName(message.at);
      if (!before || dayName(before.at) !== day) rows.push([`day-${day}`, day, () => el("div", { className: "day", textContent: day })]);
      const first = !before || before.side !== message.side || message.at - before.at > 300;
      const open = message === last && chat.messages[chat.messages.length - 1] === message;
      const key = message.key ?? (message.key = `m-${Math.random()}`);
      rows.push([key, signature(message, first, open), () => this.row(message, first, open, person)]);
      before = message;
    }
    if (chat.typingUntil > Date.now() / 1000) rows.push(["typing", "", typing]);
    return rows;
  }

  place(rows, opened) {
    const wanted = new Set(rows.map(([key]) => key));
    for (const [key, { node }] of this.drawn) {
      if (!wanted.has(key)) {
        node.remove();
        this.drawn.delete(key);
      }
    }
    let at = this.node.firstChild;
    for (const [key, sign, build] of rows) {
      const known = this.drawn.get(key);
      let node = known?.node;
      if (!known || known.sign !== sign) {
        node = build();
        if (!known && !opened) node.classList.add("fresh");
        if (known) {
          if (at === known.node) at = known.node.nextSibling;
          known.node.remove();
        }
        this.drawn.set(key, { node, sign });
      }
      if (node === at) at = at.nextSibling;
      else this.node.insertBefore(node, at);
    }
  }

  row(message, first, open, person) {
    const mine = message.side === "mine";
    const bubble = el("div", { className: "bubble" });
    if (message.attachment) bubble.append(attachment(message));
    const [text, choices] = open ? splitChoices(message.text) : [message.text, []];
    bubble.append(el("span", { className: "text" }, ...formatted(text, person.channel)), meta(message, mine));
    if (choices.length) bubble.append(this.choices(choices));
    const name = `row ${mine ? "mine" : ""} ${first ? "first" : ""}`;
    const buttons = message.markup?.inline_keyboard;
    if (!buttons?.length) return el("div", { className: name }, bubble);
    const column = el("div", { className: "column" }, bubble, this.buttons(message, buttons));
    return el("div", { className: name }, column);
  }

  choices(choices) {
    const buttons = choices.map(([number, label]) =>
      el("button", { type: "button", className: "choice", on: { click: () => this.act.choose(number) } }, el("i", { textContent: `${number}.` }), el("span", { textContent: label })),
    );
    return el("div", { className: "choices", role: "group", "aria-label": "Choices" }, ...buttons);
  }

  buttons(message, rows) {
    const drawn = rows.map((row) => el("div", { className: "inline-row" }, ...row.map((button) => this.button(message, button))));
    return el("div", { className: "inline-buttons", role: "group", "aria-label": "Buttons" }, ...drawn);
  }

  button(message, button) {
    const className = `inline-button ${message.pressed === button.callback_data ? "pressed" : ""}`;
    const press = () => this.act.press(message, button.callback_data);
    return el("button", { type: "button", className, textContent: button.text, on: { click: press } });
  }
}

function signature(message, first, open) {
  const { id, text, state, copies, edited, pressed, markup, reason } = message;
  return JSON.stringify([id, text, state, copies, edited, pressed, markup, reason, first, open, dayName(message.at)]);
}

function meta(message, mine) {
  const parts = [];
  if (message.copies > 1) parts.push(el("span", { className: "copies", textContent: `×${message.copies}`, title: `Delivered ${message.copies} times` }));
  if (message.edited) parts.push("edited");
  parts.push(el("time", { textContent: clock(message.at) }));
  if (["failed", "undelivered"].includes(message.state)) {
    parts.push(el("span", { className: "failed", textContent: message.reason ? `Not taken: ${message.reason}` : "Not delivered" }));
  } else if (STATES[message.state] && (mine || message.state !== "accepted")) {
    const [shape, className, words] = STATES[message.state];
    const name = mine ? words : `The supplier sees: ${words.toLowerCase()}`;
    parts.push(el("span", { title: name }, icon(shape, `tick ${className}`), el("span", { className: "sr", textContent: name })));
  }
  return el("span", { className: "meta" }, ...parts);
}

function attachment(message) {
  const [shape, name] = ATTACHMENTS[message.attachment.split("/")[0]] || ["document", "Attachment"];
  return el("div", { className: "attachment" }, icon(shape), message.phone ? `${name} ${message.phone}` : name);
}

// A list numbered 1, 2, 3 at the end of a message becomes buttons.
function splitChoices(text) {
  const lines = text.split("\n");
  const choices = [];
  while (lines.length && (CHOICE.test(lines[lines.length - 1]) || (!lines[lines.length - 1].trim() && !choices.length))) {
    const found = lines.pop().match(CHOICE);
    if (found) choices.unshift([found[1], found[2]]);
  }
  const counted = choices.length && choices.every(([number], index) => Number(number) === index + 1);
  return counted ? [lines.join("\n").trimEnd(), choices] : [text, []];
}

// WhatsApp shows *words* bold; Telegram shows what it was sent.
function formatted(text, channel) {
  if (channel !== "whatsapp") return [text];
  return text.split(/(\*[^*\n]+\*)/).map((part) =>
    /^\*[^*\s][^*\n]*\*$/.test(part) ? el("strong", { textContent: part.slice(1, -1) }) : part,
  );
}

function typing() {
  const dots = el("div", { className: "bubble typing", role: "status", "aria-label": "Tria is typing" });
  dots.append(el("i"), el("i"), el("i"));
  return el("div", { className: "row first" }, dots);
}

function welcome(person) {
  return el(
    "div",
    { className: "welcome" },
    avatar(person),
    el("h3", { textContent: person.name }),
    el("p", { textContent: person.channel === "whatsapp"
      ? "You are holding this outlet’s phone. Write what it needs, as its staff would, and watch the order come back."
      : "You are a tester on Telegram. Press Start; the bot asks for your contact, so that it knows your outlet." }),
  );
}
