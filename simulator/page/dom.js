// Small ways to build elements. Text is always set as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name in node && !name.startsWith("aria")) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  const [viewBox, path, filled] = ICONS[name];
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("aria-hidden", "true");
  if (className) svg.setAttribute("class", className);
  svg.append(stroke(path));
  if (filled) svg.append(stroke(filled, "filled"));
  return svg;
}

function stroke(path, className = "") {
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  if (className) shape.setAttribute("class", className);
  return shape;
}

const BOX = "0 0 24 24";
const ICONS = {
  clock: ["0 0 17 12", "M8.500 1a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM8.500 3.500V6.300l1.800 1"],
  tick: ["0 0 17 12", "M4 6.500 7 9.500 13 2.500"],
  ticks: ["0 0 17 12", "M1 6.500 4 9.500 10 2.500M7.500 9l.8.8 6.500-7.300"],
  sun: [BOX, "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400"],
  moon: [BOX, "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z"],
  auto: [BOX, "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z", "M12 4a8 8 0 0 1 0 16z"],
  photo: [BOX, "M4 6.500h16v12H4zM4 16l4.500-4.500 4 4 2.500-2.500L20 17M15.500 9.500h.01"],
  voice: [BOX, "M12 4a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 12 4zM6.500 11.500a5.500 5.500 0 0 0 11 0M12 17v3"],
  document: [BOX, "M7 3.500h7l4 4v13H7zM14 3.500v4h4M10 12.500h5M10 16h5"],
  location: [BOX, "M12 20.500s6.500-5.800 6.500-10.500a6.500 6.500 0 0 0-13 0c0 4.700 6.500 10.500 6.500 10.500zM12 8a2.200 2.200 0 1 1 0 4.400A2.200 2.200 0 0 1 12 8z"],
  contact: [BOX, "M12 5a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM5 20a7 7 0 0 1 14 0"],
  sticker: [BOX, "M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17zM8.500 14.500s1.200 2 3.500 2 3.500-2 3.500-2M9 9.500h.01M15 9.500h.01"],
  order: [BOX, "M6 3.500h12v17l-3-2-3 2-3-2-3 2zM9 8.500h6M9 12.500h6"],
  close: [BOX, "M6 6l12 12M18 6 6 18"],
};

export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N}&\s]/gu, "").split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked.map((word) => [...word][0]).join("").toUpperCase() || "?";
}

// A person's own colour (people.js gives neighbours different ones).
export function avatar(person, node = el("span", { className: "avatar", "aria-hidden": "true" })) {
  node.textContent = initials(person.name);
  node.dataset.hue = person.hue;
  return node;
}

// Times and days are the outlets' own, wherever the page is looked at.
let zone;
export function showTimesOf(name) {
  zone = name;
}

export const clock = (at) => new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", timeZone: zone });

export const moment = (iso) => new Date(iso).toLocaleString([], { dateStyle: "medium", timeStyle: "short", timeZone: zone });

// Days since 1970 in the outlets' zone.
const dayNumber = (ms) => Math.round(Date.parse(new Date(ms).toLocaleDateString("en-CA", { timeZone: zone })) / 86400000);

export function dayName(at) {
  const days = dayNumber(Date.now()) - dayNumber(at * 1000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return new Date(at * 1000).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", timeZone: zone });
}
