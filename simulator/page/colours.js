// The button that changes between the device's colours, light and dark. theme.js applies the choice at the next load.

import { icon } from "./dom.js";

const THEMES = ["auto", "light", "dark"];
const ICONS = { auto: "auto", light: "sun", dark: "moon" };
const chosen = () => document.documentElement.dataset.theme || "auto";

export function offerThemes(button) {
  const draw = () => {
    button.replaceChildren(icon(ICONS[chosen()]));
    button.setAttribute("aria-label", `Colours: ${chosen()}. Change`);
    button.title = `Colours: ${chosen()}`;
  };
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    localStorage.setItem("tria-theme", next);
    draw();
  });
  draw();
}
