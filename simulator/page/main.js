// Wires the page: who is chosen, and following the ledger.

import * as api from "./api.js";
import { Chats } from "./chats.js";
import { offerThemes } from "./colours.js";
import { Composer } from "./composer.js";
import { avatar, showTimesOf } from "./dom.js";
import { Misbehave } from "./misbehave.js";
import { drawOrders, forgetOrders } from "./orders.js";
import { drawPeople, pretty, readPeople } from "./people.js";
import { Thread } from "./thread.js";

const ORDERS_MS = 60000;
const TYPING_MS = 5000;
const RETRY_MS = 2000;
const CHANNELS = { whatsapp: "WhatsApp", telegram: "Telegram" };
const by = (id) => document.getElementById(id);

const page = { chats: new Chats(), people: [], products: [], current: null, draw, complain };
const composer = new Composer(
  { box: by("composer-text"), form: by("composer"), send: by("send"), chips: by("chips"), attach: by("attach"),
    note: by("composer-note"), menu: by("attach-menu"), share: by("share"), outlet: by("share-outlet") },
  page,
);
const thread = new Thread(by("thread"), {
  choose: (text) => composer.say(text),
  press: (message, data) => composer.press(message, data),
});
const misbehave = new Misbehave({ choices: by("faults"), active: by("active-faults"), count: by("misbehave-count") }, complain);
let cursor = 0;
let epoch = null;
let asked = 0;

async function begin() {
  try {
    const found = await api.outlets();
    page.products = found.products;
    page.people = readPeople(found.outlets);
    showTimesOf(found.zone);
  } catch (error) {
    complain(error);
    setTimeout(begin, RETRY_MS);
    return;
  }
  const remembered = page.people.find((person) => person.id === localStorage.getItem("tria-person"));
  choose(remembered || page.people[0]);
  follow();
}

function choose(person) {
  page.current = person;
  localStorage.setItem("tria-person", person.id);
  drawHead(person);
  composer.show(person);
  thread.reopen();
  forgetOrders();
  misbehave.show(person);
  draw();
  refreshOrders();
}

function open(person) {
  document.body.dataset.view = "chat";
  choose(person);
  if (matchMedia("(min-width: 721px)").matches) by("composer-text").focus();
}

// One stream for as long as the page is open.
function follow() {
  const stream = api.follow(cursor);
  stream.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    by("notice").hidden = true;
    if (epoch !== null && told.epoch !== epoch) return beginAnew(stream);
    take(told, epoch === null || cursor === 0);
    epoch = told.epoch;
  });
  stream.addEventListener("open", () => (by("notice").hidden = true));
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return;
    complain(new Error("The simulator does not answer. Is “make run” still running?"));
    setTimeout(follow, RETRY_MS);
  });
}

// Another ledger: the simulator was reset or started anew, so its story is read from the beginning.
function beginAnew(stream) {
  stream.close();
  cursor = 0;
  epoch = null;
  page.chats.clear();
  draw();
  follow();
}

function take(told, first) {
  cursor = told.cursor;
  const changed = told.events.map((event) => page.chats.apply(event));
  if (first) for (const chat of changed) chat.unread = 0;
  if (changed.length) {
    draw();
    refreshOrders();
    misbehave.refresh();
  }
}

function draw() {
  const chat = page.chats.of(page.current.id);
  if (!document.hidden) chat.unread = 0;
  thread.show(chat, page.current);
  drawPeople(by("people"), page.people, page.chats, page.current.id, by("search").value, open);
  composer.drawChips(chat);
}

function drawHead(person) {
  by("chat").dataset.channel = person.channel;
  avatar(person, by("chat-avatar"));
  by("chat-name").textContent = person.name;
  by("chat-address").textContent = person.channel === "whatsapp" ? pretty(person.address) : `user ${person.address}`;
  by("chat-address").dataset.channelName = CHANNELS[person.channel];
  by("chat-badge").textContent = CHANNELS[person.channel];
  by("chat-badge").hidden = false;
}

// Only the answer to the newest question is drawn: the person may have been changed meanwhile.
async function refreshOrders() {
  const mine = ++asked;
  try {
    const told = await api.orders(page.current.channel, page.current.address);
    if (mine !== asked) return;
    drawOrders(by("orders"), told.orders);
    by("held").hidden = !told.with_person;
  } catch (error) {
    complain(error);
  }
}

function complain(error) {
  by("notice").textContent = error.message;
  by("notice").hidden = false;
}

const view = (name) => () => (document.body.dataset.view = name);
by("to-list").addEventListener("click", view("list"));
by("to-order").addEventListener("click", view("order"));
by("close-order").addEventListener("click", view("chat"));
by("search").addEventListener("input", () => page.current && draw());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.dataset.view === "order") view("chat")();
});

setInterval(() => page.current && page.chats.stopTyping(page.current.id) && draw(), TYPING_MS);
// A draft may expire without a message, so the card is also read again now and then.
setInterval(() => !document.hidden && page.current && refreshOrders(), ORDERS_MS);
offerThemes(by("theme"));
begin();
