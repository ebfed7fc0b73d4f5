// The card on the right: what stands in the database for this contact's outlets, as the app wrote it.

import { el, icon, moment } from "./dom.js";

const STATUS = {
  draft: "Draft",
  awaiting_confirmation: "Waiting for YES",
  awaiting_approval: "Waiting for approval",
  placed: "Placed",
  cancelled: "Cancelled",
  expired: "Expired",
};
const INVOICE = {
  pending: "Waiting to be made",
  sending: "Being made",
  unknown: "Being looked up",
  sent: "In Xero",
  blocked: "Waits for a person",
  failed: "Given up",
  gone: "Taken back",
};
const UNITS = { piece: "pcs", carton: "ctn", packet: "pkt" };
let seen = null;

export function drawOrders(node, found) {
  const before = seen;
  seen = new Map(found.map((order) => [order.number, JSON.stringify(order)]));
  if (!found.length) return node.replaceChildren(none());
  const changed = new Set(found.map((order) => order.number).filter((number) => before?.get(number) !== seen.get(number)));
  if (before && before.size && !changed.size) return null;
  const open = before ? changed : new Set([found[0].number]);
  return node.replaceChildren(...found.map((order) => card(order, open.has(order.number), before && changed.has(order.number))));
}

export function forgetOrders() {
  seen = null;
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
    el("small", { textContent: order.outlet }),
    el("span", { className: "sum", textContent: money(order.total, order.currency) }),
  );
  return el(
    "details",
    { className: `order ${changed ? "changed" : ""}`, open, dataset: { number: order.number } },
    head,
    facts(order),
    el("ul", { className: "lines" }, ...order.lines.map((line) => item(line, order.currency))),
    sums(order),
    order.invoice && invoice(order),
  );
}

function invoice(order) {
  const { state, status, total, error } = order.invoice;
  const rows = [["Invoice", [INVOICE[state] || state, status].filter(Boolean).join(", ")]];
  if (total && state === "sent") rows.push(["Total there", money(total, order.currency)]);
  if (error) rows.push(["Why", error]);
  return list("facts invoice", rows);
}

function facts(order) {
  const rows = [["Delivery", order.delivery_date ? day(order.delivery_date) : "to be agreed"]];
  if (order.placed_at) rows.push(["Placed", moment(order.placed_at)]);
  if (order.notes) rows.push(["Notes", order.notes]);
  return list("facts", rows);
}

function item(line, currency) {
  const packs = line.pack_quantity ? `${number(line.pack_quantity)} ${unit(line.pack_unit)} = ` : "";
  return el(
    "li",
    {},
    el("b", { textContent: line.name }),
    el("span", { className: "amount", textContent: money(line.line_total, currency) }),
    el("small", { textContent: `${packs}${number(line.quantity)} ${unit(line.unit)} × ${price(line.unit_price)} · ${line.sku}` }),
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
const unit = (name) => UNITS[name] || name;
const number = (quantity) => Number(Number(quantity).toFixed(3)).toLocaleString();
const day = (text) => new Date(`${text}T00:00:00`).toLocaleDateString([], { weekday: "short", day: "numeric", month: "short", year: "numeric" });
