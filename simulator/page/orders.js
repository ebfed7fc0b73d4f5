// The card on the right: what stands in the database for this contact's outlets, as the app wrote it.

import { el, icon } from "./dom.js";

const STATUS = {
  draft: "Draft",
  awaiting_confirmation: "Waiting for YES",
  awaiting_approval: "Waiting for approval",
  placed: "Placed",
  cancelled: "Cancelled",
  expired: "Expired",
};
let seen = new Map();

export function drawOrders(node, found) {
  const before = seen;
  seen = new Map(found.map((order) => [order.number, JSON.stringify(order)]));
  if (!found.length) return node.replaceChildren(none());
  const opened = new Set([...node.querySelectorAll("details[open]")].map((one) => one.dataset.number));
  const known = found.some((order) => opened.has(order.number));
  const cards = found.map((order, index) => {
    const changed = before.size > 0 && before.get(order.number) !== seen.get(order.number);
    return card(order, changed || (known ? opened.has(order.number) : index === 0), changed);
  });
  return node.replaceChildren(...cards);
}

export function forgetOrders() {
  seen = new Map();
}

function none() {
  return el(
    "div",
    { className: "no-orders" },
    icon("order"),
    el("b", { textContent: "No order yet" }),
    el("span", { textContent: "The order appears here as soon as the database has it." }),
  );
}

function card(order, open, changed) {
  const status = el("span", { className: `status ${order.status}`, textContent: STATUS[order.status] || order.status });
  const head = el(
    "summary",
    {},
    el("b", { textContent: order.number }),
    status,
    el("span", { className: "sum", textContent: money(order.total, order.currency) }),
    el("small", { textContent: order.outlet }),
  );
  return el(
    "details",
    { className: `order ${changed ? "changed" : ""}`, open, dataset: { number: order.number } },
    head,
    facts(order),
    el("ul", { className: "lines" }, ...order.lines.map((line) => item(line, order.currency))),
    sums(order),
  );
}

function facts(order) {
  const rows = [["Delivery", order.delivery_date ? day(order.delivery_date) : "to be agreed"]];
  if (order.placed_at) rows.push(["Placed", new Date(order.placed_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })]);
  if (order.notes) rows.push(["Notes", order.notes]);
  return list("facts", rows);
}

function item(line, currency) {
  const packs = line.pack_quantity ? `${number(line.pack_quantity)} ${line.pack_unit} = ` : "";
  return el(
    "li",
    {},
    el("b", { textContent: line.name }),
    el("span", { className: "amount", textContent: money(line.line_total, currency) }),
    el("small", { textContent: `${packs}${number(line.quantity)} ${line.unit} × ${price(line.unit_price)} · ${line.sku}` }),
  );
}

function sums(order) {
  const percent = number(String(Number(order.tax_rate) * 100));
  const node = list("sums", [
    ["Subtotal", money(order.subtotal)],
    [`Tax ${percent} %`, money(order.tax)],
    ["Total", money(order.total, order.currency)],
  ]);
  for (const one of [...node.children].slice(-2)) one.classList.add("total");
  return node;
}

function list(className, rows) {
  return el("dl", { className }, ...rows.flatMap(([name, value]) => [el("dt", { textContent: name }), el("dd", { textContent: value })]));
}

// Amounts come as decimal strings and stay strings: grouping only, no arithmetic on money here.
const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const money = (amount, currency = "") => {
  const [whole, cents = "00"] = amount.split(".");
  return `${currency} ${grouped(whole)}.${cents.padEnd(2, "0").slice(0, 2)}`.trim();
};
const price = (amount) => amount.replace(/(\.\d\d\d*?)0+$/, "$1");
const number = (quantity) => Number(Number(quantity).toFixed(3)).toLocaleString();
const day = (text) => new Date(`${text}T00:00:00`).toLocaleDateString([], { weekday: "short", day: "numeric", month: "short", year: "numeric" });
