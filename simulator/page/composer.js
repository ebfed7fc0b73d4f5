// Everything that writes: the message box, suggestions, attachments, pressed buttons and the shared contact.

import * as api from "./api.js";
import { el, icon } from "./dom.js";
import { suggest } from "./suggestions.js";

// Shape, name, then what is sent on WhatsApp and on Telegram, and how it is shown until the ledger tells.
const ATTACHMENTS = [
  ["photo", "Photo", { media: ["image/jpeg"] }, { photo: true }, "image/jpeg"],
  ["voice", "Voice message", { media: ["audio/ogg"] }, { voice: true }, "audio/ogg"],
  ["document", "PDF document", { media: ["application/pdf"] }, { document: "order.pdf" }, "application/pdf"],
  ["location", "Location", { latitude: "1.3733", longitude: "103.9493" }, { location: [1.3733, 103.9493] }, "location"],
  ["sticker", "Sticker", { media: ["image/webp"], extra: { MessageType: "sticker" } }, { sticker: "👍" }, "sticker"],
];
const TALLEST_PX = 160;
const WHATSAPP_PASSES_ON = 1600;

export class Composer {
  // `page` has chats, people, products and current, and draw() and complain(error).
  constructor(nodes, page) {
    this.nodes = nodes;
    this.page = page;
    nodes.box.addEventListener("input", () => this.fit());
    nodes.box.addEventListener("keydown", (event) => this.enter(event));
    nodes.form.addEventListener("submit", (event) => this.submit(event));
    nodes.share.addEventListener("close", () => this.shared());
    document.addEventListener("click", (event) => nodes.attach.contains(event.target) || this.closeMenu());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.closeMenu());
  }

  show(person) {
    this.person = person;
    this.fit();
    const entries = ATTACHMENTS.map(([shape, name, whatsapp, telegram, shown]) =>
      this.entry(shape, name, () => this.post("", shown, person.channel === "whatsapp" ? whatsapp : telegram)),
    );
    if (person.channel === "telegram") entries.push(this.entry("contact", "Contact card", () => this.askShare()));
    this.nodes.menu.replaceChildren(...entries);
  }

  entry(shape, name, action) {
    const go = () => {
      this.closeMenu();
      action();
    };
    return el("button", { type: "button", on: { click: go } }, icon(shape), name);
  }

  closeMenu() {
    this.nodes.attach.open = false;
  }

  fit() {
    const { box, send } = this.nodes;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, TALLEST_PX)}px`;
    send.disabled = !box.value.trim();
    this.warn(box.value.length);
  }

  // Twilio hands on so much of a WhatsApp message; the rest would never arrive.
  warn(length) {
    const { note } = this.nodes;
    const near = this.person?.channel === "whatsapp" && length > WHATSAPP_PASSES_ON * 0.9;
    note.hidden = !near;
    note.dataset.over = String(length > WHATSAPP_PASSES_ON);
    const over = length - WHATSAPP_PASSES_ON;
    note.textContent = over > 0
      ? `${over} ${over === 1 ? "character" : "characters"} too many: WhatsApp hands on the first ${WHATSAPP_PASSES_ON.toLocaleString("en")}`
      : `${length} of ${WHATSAPP_PASSES_ON.toLocaleString("en")} characters`;
  }

  enter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.nodes.form.requestSubmit();
  }

  submit(event) {
    event.preventDefault();
    const text = this.nodes.box.value.trim();
    if (!text || !this.person) return;
    this.nodes.box.value = "";
    this.fit();
    this.say(text);
  }

  say(text) {
    return this.post(text, "", this.person.channel === "whatsapp" ? { body: text } : { text });
  }

  // The bubble is there at once; the ledger says what became of it.
  async post(text, attachment, content) {
    const { person, page } = this;
    const message = page.chats.expect(person.id, text, attachment);
    page.draw();
    try {
      await deliver(person, content);
    } catch (error) {
      page.chats.fail(person.id, message);
      page.complain(error);
      page.draw();
    }
  }

  async press(message, data) {
    message.pressed = data;
    this.page.draw();
    await deliver(this.person, { callback_data: data, pressed_message_id: message.id }).catch(this.page.complain);
  }

  askShare() {
    const phones = this.page.people.filter((person) => person.channel === "whatsapp");
    const options = phones.map((person) => el("option", { value: person.address, textContent: `${person.name} · ${person.detail}` }));
    this.nodes.outlet.replaceChildren(...options);
    this.nodes.share.showModal();
  }

  shared() {
    if (this.nodes.share.returnValue !== "share") return;
    const { person } = this;
    const contact = { phone_number: this.nodes.outlet.value, user_id: Number(person.address), first_name: person.name };
    this.post("", "contact", { contact });
  }

  // Before the first message: examples. After one of the bot's: the contact it asks for, or the words it names.
  drawChips(chat) {
    const last = chat.messages[chat.messages.length - 1];
    const buttons = last?.side === "theirs" ? (last.markup?.keyboard || []).flat() : [];
    const contact = buttons.find((button) => button.request_contact);
    const chips = contact ? [["contact", contact.text]] : this.words(last).map((text) => ["text", text]);
    const signature = JSON.stringify([this.person.id, chips]);
    if (this.drawn === signature) return;
    this.drawn = signature;
    this.nodes.chips.replaceChildren(...chips.map(([kind, text]) => this.chip(kind, text)));
  }

  words(last) {
    if (last) return last.side === "theirs" ? [...new Set(last.text.match(/\b(YES|NO|PERSON|START)\b/g) || [])] : [];
    return this.person.channel === "telegram" ? ["/start"] : suggest(this.person.language, this.page.products);
  }

  chip(kind, text) {
    const strong = kind === "contact" || text === "/start";
    const go = () => (kind === "contact" ? this.askShare() : this.say(text));
    const label = text === "/start" ? "Start" : text;
    return el("button", { type: "button", className: strong ? "chip strong" : "chip", textContent: label, on: { click: go } });
  }
}

function deliver(person, content) {
  if (person.channel === "whatsapp") {
    return api.sendWhatsapp({ from: person.address, profile_name: person.name, wait: false, ...content });
  }
  return api.sendTelegram({ user_id: Number(person.address), first_name: person.name, wait: false, ...content });
}
