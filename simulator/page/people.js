// The list on the left: every outlet's phones on WhatsApp, and two testers on Telegram.

import { avatar, clock, el } from "./dom.js";

const HUES = 8;

export const TESTERS = [
  { id: "telegram:700100201", channel: "telegram", address: "700100201", name: "Aisha", detail: "Telegram tester" },
  { id: "telegram:700100202", channel: "telegram", address: "700100202", name: "Wei Ming", detail: "Telegram tester" },
];

export function readPeople(outlets) {
  const phones = outlets.flatMap((outlet) =>
    outlet.contacts.filter((contact) => contact.channel === "whatsapp").map((contact) => ({
      id: `whatsapp:${contact.address}`,
      channel: "whatsapp",
      address: contact.address,
      name: outlet.name,
      code: outlet.code,
      language: outlet.language,
      detail: pretty(contact.address),
    })),
  );
  return [...phones, ...TESTERS].map((person, place) => ({ ...person, hue: place % HUES }));
}

export const pretty = (phone) => phone.replace(/^\+65(\d{4})(\d{4})$/, "+65 $1 $2");

export function drawPeople(node, people, chats, current, filter, choose) {
  const wanted = filter.trim().toLowerCase();
  const found = people.filter((person) => matches(person, wanted));
  const groups = [["telegram", "Telegram testers"], ["whatsapp", "Outlets on WhatsApp"]].flatMap(([channel, title]) => {
    const members = latestFirst(found.filter((person) => person.channel === channel), chats);
    if (!members.length) return [];
    const head = el("h3", { dataset: { channel } }, el("span", { className: "dot" }), title, el("span", { textContent: members.length }));
    return [head, ...members.map((person) => entry(person, chats.of(person.id), current, choose))];
  });
  const scroll = node.scrollTop;
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.id : "";
  node.replaceChildren(...(groups.length ? groups : [el("p", { className: "nobody", textContent: "Nobody by that name." })]));
  node.scrollTop = scroll;
  if (focused) node.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
}

// Who wrote last stands first; those who never wrote keep their places.
function latestFirst(people, chats) {
  return [...people].sort((one, other) => chats.of(other.id).lastAt - chats.of(one.id).lastAt);
}

function matches(person, wanted) {
  const text = `${person.name} ${person.code || ""} ${person.address} ${person.detail}`.toLowerCase();
  return !wanted || wanted.split(/\s+/).every((word) => text.includes(word));
}

function entry(person, chat, current, choose) {
  const last = chat.messages[chat.messages.length - 1];
  const preview = last ? (last.text || "Attachment").split("\n")[0] : person.detail;
  const unread = chat.unread && person.id !== current ? el("span", { className: "unread", textContent: chat.unread }) : null;
  return el(
    "button",
    { type: "button", className: "person", dataset: { id: person.id }, "aria-current": person.id === current ? "true" : null, on: { click: () => choose(person) } },
    avatar(person),
    el("b", { textContent: person.name }),
    el("small", { textContent: last?.side === "mine" ? `You: ${preview}` : preview }),
    unread || (last ? el("time", { textContent: clock(last.at) }) : null),
  );
}
