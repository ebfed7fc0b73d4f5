// Wires the page: who is chosen, what is followed, what is sent.

import * as api from "./api.js";
import { Chats } from "./chats.js";
import { avatar, el, icon } from "./dom.js";
import { Misbehave } from "./misbehave.js";
import { drawOrders, forgetOrders } from "./orders.js";
import { drawPeople, pretty, readPeople } from "./people.js";
import { suggest } from "./suggestions.js";
import { Thread } from "./thread.js";

const POLL_MS = 400;
const POLL_HIDDEN_MS = 3000;
const by = (id) => document.getElementById(id);
const chats = new Chats();
const thread = new Thread(by("thread"), { choose: (text) => send(text), press });
const misbehave = new Misbehave({ choices: by("faults"), active: by("active-faults"), count: by("misbehave-count") }, complain);
let people = [];
let products = [];
let current = null;
let cursor = 0;
let epoch = null;

async function begin() {
  drawTheme();
  try {
    const found = await api.outlets();
    products = found.products;
    people = readPeople(found.outlets);
  } catch (error) {
    complain(error);
    setTimeout(begin, 2000);
    return;
  }
  const remembered = people.find((person) => person.id === localStorage.getItem("tria-person"));
  choose(remembered || people[0], false);
  follow();
}

function choose(person, opened = true) {
  current = person;
  localStorage.setItem("tria-person", person.id);
  by("chat").dataset.channel = person.channel;
  avatar(person.name, by("chat-avatar"));
  by("chat-name").textContent = person.name;
  by("chat-address").textContent = person.channel === "whatsapp" ? pretty(person.address) : `Telegram user ${person.address}`;
  by("chat-address").dataset.channelName = person.channel === "whatsapp" ? "WhatsApp" : "Telegram";
  by("chat-badge").textContent = person.channel === "whatsapp" ? "WhatsApp" : "Telegram";
  by("chat-badge").hidden = false;
  if (opened) document.body.dataset.view = "chat";
  drawAttachments();
  if (opened) thread.reopen();
  forgetOrders();
  misbehave.show(person);
  draw();
  refreshOrders();
  if (opened && matchMedia("(min-width: 721px)").matches) by("composer-text").focus();
}

async function follow() {
  try {
    const told = await api.follow(cursor);
    const another = epoch !== null && told.epoch !== epoch;
    const first = epoch === null || another;
    epoch = told.epoch;
    cursor = another ? 0 : told.cursor;
    if (another) {
      chats.clear();
      draw();
    }
    const changed = another ? [] : told.events.map((event) => chats.apply(event));
    if (first) for (const chat of changed) chat.unread = 0;
    by("notice").hidden = true;
    if (changed.length) {
      draw();
      refreshOrders();
      misbehave.refresh();
    } else if (current && expired(chats.of(current.id))) draw();
  } catch (error) {
    complain(new Error("The simulator does not answer. Is “make run” still running?"));
  }
  setTimeout(follow, document.hidden ? POLL_HIDDEN_MS : POLL_MS);
}

function expired(chat) {
  if (!chat.typingUntil || chat.typingUntil > Date.now() / 1000) return false;
  chat.typingUntil = 0;
  return true;
}

function draw() {
  const chat = chats.of(current.id);
  if (!document.hidden) chat.unread = 0;
  thread.show(chat, current);
  drawPeople(by("people"), people, chats, current.id, by("search").value, choose);
  drawChips(chat);
}

let ordersAsked = 0;
async function refreshOrders() {
  const asked = ++ordersAsked;
  try {
    const { orders } = await api.orders(current.channel, current.address);
    if (asked === ordersAsked) drawOrders(by("orders"), orders);
  } catch (error) {
    complain(error);
  }
}

// Once more a moment later: a reply leaves only after its order is written, but a draft may change without a reply.
setInterval(() => !document.hidden && current && refreshOrders(), 5000);

function drawChips(chat) {
  const last = chat.messages[chat.messages.length - 1];
  const contact = last?.side === "theirs" && (last.markup?.keyboard || []).flat().find((button) => button.request_contact);
  if (contact) return by("chips").replaceChildren(chip(contact.text, share, "strong"));
  const answers = last?.side === "theirs" ? quickAnswers(last.text) : [];
  const texts = last ? answers : current.channel === "telegram" ? ["/start"] : suggest(current.language, products);
  const signature = texts.join("|");
  if (by("chips").dataset.signature === signature && by("chips").children.length === texts.length) return null;
  by("chips").dataset.signature = signature;
  return by("chips").replaceChildren(...texts.map((text) => chip(text === "/start" ? "Start" : text, () => send(text), text === "/start" ? "strong" : "")));
}

// "Reply YES ... NO ..." in the bot's words.
const quickAnswers = (text) => [...new Set(text.match(/\b(YES|NO|PERSON|START)\b/g) || [])];

const chip = (text, action, style = "") => el("button", { type: "button", className: `chip ${style}`, textContent: text, on: { click: action } });

function send(text) {
  return post(text, "", current.channel === "whatsapp" ? { body: text } : { text });
}

async function post(text, attachment, content) {
  const person = current;
  const message = chats.expect(person.id, text, attachment);
  draw();
  try {
    await (person.channel === "whatsapp"
      ? api.sendWhatsapp({ from: person.address, profile_name: person.name, wait: false, ...content })
      : api.sendTelegram({ user_id: Number(person.address), first_name: person.name, wait: false, ...content }));
  } catch (error) {
    chats.fail(person.id, message);
    complain(error);
  }
  draw();
}

async function press(message, data) {
  message.pressed = data;
  draw();
  const pressed = { user_id: Number(current.address), first_name: current.name, callback_data: data, pressed_message_id: message.id, wait: false };
  await api.sendTelegram(pressed).catch(complain);
}

function share() {
  const phones = people.filter((person) => person.channel === "whatsapp");
  by("share-outlet").replaceChildren(...phones.map((person) => el("option", { value: person.address, textContent: `${person.name} · ${person.detail}` })));
  by("share").showModal();
}

by("share").addEventListener("close", () => {
  if (by("share").returnValue !== "share") return;
  const phone = by("share-outlet").value;
  post("", "contact", { contact: { phone_number: phone, user_id: Number(current.address), first_name: current.name } });
});

const ATTACH = [
  ["photo", "Photo", { media: ["image/jpeg"] }, { photo: true }, "image/jpeg"],
  ["voice", "Voice message", { media: ["audio/ogg"] }, { voice: true }, "audio/ogg"],
  ["document", "PDF document", { media: ["application/pdf"] }, { document: "order.pdf" }, "application/pdf"],
  ["location", "Location", { latitude: "1.3733", longitude: "103.9493" }, { location: [1.3733, 103.9493] }, "location"],
  ["sticker", "Sticker", { media: ["image/webp"], extra: { MessageType: "sticker" } }, { sticker: "👍" }, "sticker"],
];

function drawAttachments() {
  const entries = ATTACH.map(([shape, name, whatsapp, telegram, shown]) => {
    const go = () => {
      by("attach").open = false;
      post("", shown, current.channel === "whatsapp" ? whatsapp : telegram);
    };
    return el("button", { type: "button", on: { click: go } }, icon(shape), name);
  });
  if (current.channel === "telegram") {
    const go = () => {
      by("attach").open = false;
      share();
    };
    entries.push(el("button", { type: "button", on: { click: go } }, icon("contact"), "Contact card"));
  }
  by("attach-menu").replaceChildren(...entries);
}

function complain(error) {
  by("notice").textContent = error.message;
  by("notice").hidden = false;
}

const THEMES = ["auto", "light", "dark"];
const THEME_ICONS = { auto: "auto", light: "sun", dark: "moon" };

function drawTheme() {
  const theme = document.documentElement.dataset.theme || "auto";
  by("theme").replaceChildren(icon(THEME_ICONS[theme]));
  by("theme").setAttribute("aria-label", `Colours: ${theme}. Change`);
  by("theme").title = `Colours: ${theme}`;
}

by("theme").addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme || "auto") + 1) % THEMES.length];
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  localStorage.setItem("tria-theme", next);
  drawTheme();
});

by("search").addEventListener("input", draw);
by("to-list").addEventListener("click", () => (document.body.dataset.view = "list"));
by("to-order").addEventListener("click", () => (document.body.dataset.view = "order"));
by("close-order").addEventListener("click", () => (document.body.dataset.view = "chat"));
document.addEventListener("click", (event) => {
  if (!by("attach").contains(event.target)) by("attach").open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  by("attach").open = false;
  if (document.body.dataset.view === "order") document.body.dataset.view = "chat";
});

const box = by("composer-text");
function fit() {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 160)}px`;
  by("send").disabled = !box.value.trim();
}
box.addEventListener("input", fit);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    by("composer").requestSubmit();
  }
});
by("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text || !current) return;
  box.value = "";
  fit();
  send(text);
});

begin();
