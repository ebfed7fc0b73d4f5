// Keys of the inbox: j and k go through the conversations, r answers, e hands back, c lists saved answers, / searches, ? tells them.
import { openCanned } from "./canned.js";

const typing = (node) => node.closest("input, textarea, select, [contenteditable]") !== null;

function step(by) {
  const threads = [...document.querySelectorAll("#threads a.thread-link")];
  if (!threads.length) return;
  const here = threads.findIndex((link) => link.getAttribute("aria-current") === "true");
  const next = here < 0 ? (by > 0 ? 0 : threads.length - 1) : here + by;
  threads[Math.min(threads.length - 1, Math.max(0, next))].click();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  r: () => document.querySelector("[data-reply]")?.focus(),
  e: () => document.querySelector("form[data-hand-back]")?.requestSubmit(),
  c: openCanned,
  n: () => {
    const note = document.querySelector("[data-note]");
    note?.closest("details")?.setAttribute("open", "");
    note?.focus();
  },
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.querySelector("#keys")?.showModal(),
};

export function startKeys() {
  document.querySelector("[data-show-keys]")?.addEventListener("click", KEYS["?"]);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(event.target)) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = KEYS[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  // In the answer box Enter sends and Shift+Enter begins a line, as in every chat.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("[data-reply]")) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });
}
