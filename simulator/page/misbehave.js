// The panel that makes a provider go wrong once, to watch the app come through.

import * as api from "./api.js";
import { el, icon } from "./dom.js";

const SEND = { whatsapp: ["twilio", "messages.create"], telegram: ["telegram", "sendMessage"] };
const CHOICES = [
  ["Slow provider", "The next reply takes 4 s", { kind: "delay", delay_s: 4 }, "send"],
  ["Server error", "The next reply is refused with 503", { kind: "error", status: 503 }, "send"],
  ["Too many requests", "429, come back in 3 s", { kind: "error", status: 429, retry_after_s: 3 }, "send"],
  ["Lost answer", "Reply taken, connection cut", { kind: "accept_then_drop" }, "send"],
  ["Twice", "Your next message arrives two times", { kind: "duplicate", times: 2 }, "webhook"],
  ["Overtaken", "Your next message waits for another", { kind: "reorder" }, "webhook"],
];
const NAMES = Object.fromEntries(CHOICES.map(([name, , fault]) => [fault.kind + (fault.status || ""), name]));

export class Misbehave {
  constructor(nodes, report) {
    this.nodes = nodes;
    this.report = report;
    this.person = null;
  }

  show(person) {
    this.person = person;
    this.nodes.choices.replaceChildren(...CHOICES.map((choice) => this.choice(choice)));
    return this.refresh();
  }

  choice([name, words, fault, where]) {
    const order = async () => {
      const [provider, send] = SEND[this.person.channel];
      await api.addFault({ ...fault, provider, operation: where === "send" ? send : "webhook" }).catch(this.report);
      await this.refresh();
    };
    return el("button", { type: "button", className: "fault", on: { click: order } }, name, el("small", { textContent: words }));
  }

  async refresh() {
    const { faults } = await api.faults().catch(() => ({ faults: [] }));
    this.nodes.count.textContent = faults.length ? `${faults.length} waiting` : "";
    this.nodes.active.replaceChildren(...faults.map((fault) => this.active(fault)));
  }

  active(fault) {
    const name = NAMES[fault.kind + (fault.kind === "error" ? fault.status : "")] || fault.kind;
    const where = fault.provider === "twilio" ? "WhatsApp" : fault.provider === "telegram" ? "Telegram" : fault.provider;
    const remove = () => api.removeFault(fault.id).catch(this.report).then(() => this.refresh());
    const button = el("button", { type: "button", className: "icon-button", "aria-label": `Remove ${name}`, on: { click: remove } }, icon("close"));
    return el("li", {}, `${name} · ${where}`, button);
  }
}
