// Follows what happens: the server says that something changed, and the parts marked data-live are fetched again and put in place.
// When no stream is to be had it asks every few seconds. Text stays what the server escaped; nothing here builds HTML.
const ASK_MS = 5000;
let busy = false;
let again = false;
let pressed = null;

export async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch(window.location.href, { headers: { "X-Live": "1" }, credentials: "same-origin" });
    if (answer.redirected && new URL(answer.url).pathname.startsWith("/console/sign-in")) window.location.reload();
    else if (answer.ok) putInPlace(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The next event asks again; the page shows what it last knew.
  } finally {
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

// What somebody filled in, chose or is pressing stays under their hand: the next refresh after it puts the part in place.
function changed(field) {
  if (!field.matches("select")) return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  const options = [...field.options];
  if (field.multiple) return options.some((each) => each.selected !== each.defaultSelected);
  return field.selectedIndex !== Math.max(0, options.findIndex((each) => each.defaultSelected));
}

function inUse(part) {
  const focused = document.activeElement?.closest("input, textarea, select");
  return part.contains(focused) || part.contains(pressed) || [...part.querySelectorAll("input, textarea, select")].some(changed);
}

function putInPlace(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now === null || now.innerHTML === part.innerHTML || inUse(part)) continue;
    const open = new Set([...part.querySelectorAll("details[open][id]")].map((each) => each.id));
    const atEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 80;
    part.replaceChildren(...now.childNodes);
    for (const id of open) part.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    if (part.hasAttribute("data-end") && atEnd) part.scrollTop = part.scrollHeight;
  }
  document.dispatchEvent(new CustomEvent("console:fresh"));
}

export function startLive() {
  for (const part of document.querySelectorAll("[data-end]")) part.scrollTop = part.scrollHeight;
  const source = document.querySelector("[data-events]");
  if (!source) return;
  document.addEventListener("pointerdown", (event) => { pressed = event.target; });
  for (const end of ["click", "pointercancel", "dragend"]) document.addEventListener(end, () => { pressed = null; });
  let asking = null;
  const ask = () => { asking ??= setInterval(() => { if (!document.hidden) refresh(); }, ASK_MS); };
  const follow = () => {
    const stream = new EventSource(source.dataset.events);
    stream.addEventListener("message", () => { if (!document.hidden) refresh(); else again = true; });
    stream.addEventListener("open", () => { clearInterval(asking); asking = null; document.body.dataset.live = "yes"; });
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      delete document.body.dataset.live;
      ask();
      setTimeout(follow, 30000);
    });
  };
  follow();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
}
