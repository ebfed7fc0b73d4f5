// Makes pages live. Every page works without it: links are links and forms are forms.
import { startCanned } from "./canned.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startSuggestions } from "./suggest.js";

const THEMES = { auto: "light", light: "dark", dark: "auto" };

function startTheme() {
  const label = (button, theme) => {
    button.lastElementChild.textContent = { auto: "Colours: as the device", light: "Colours: light", dark: "Colours: dark" }[theme];
  };
  for (const button of document.querySelectorAll("[data-theme-button]")) {
    label(button, localStorage.getItem("tria-theme") ?? "auto");
    button.addEventListener("click", () => {
      const next = THEMES[localStorage.getItem("tria-theme") ?? "auto"];
      localStorage.setItem("tria-theme", next);
      if (next === "auto") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      label(button, next);
    });
  }
}

// A button is pressed once: a form that is under way says so instead of being sent again.
function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (form.method === "post" && !event.defaultPrevented) {
      for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-busy", "true");
      setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = true; }));
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });
}

function startFlashes() {
  const fade = () => {
    for (const said of document.querySelectorAll(".flashes .flash.good:not(.stays, [data-fading])")) {
      said.dataset.fading = "yes";
      setTimeout(() => said.classList.add("gone"), 5000);
      setTimeout(() => said.remove(), 5600);
    }
  };
  fade();
  document.addEventListener("console:fresh", fade);
}

// A menu closes when something else is pressed.
function startMenus() {
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.me[open], details.pop[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
}

// On a phone what stands beside a chat is shown when it is asked for.
function startBeside() {
  const button = document.querySelector("[data-toggle-beside]");
  button?.addEventListener("click", () => {
    const shown = document.querySelector("#beside-column").classList.toggle("shown");
    button.setAttribute("aria-expanded", String(shown));
  });
}

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
startTheme();
startBeside();
startForms();
startFlashes();
startMenus();
startCanned();
startKeys();
startLive();
startSuggestions();
document.body.dataset.ready = "yes"; // from here on keys are heard
