// Saved answers: c opens the list, a number or a click puts one into the answer box, where it can be changed before it is sent.
const list = () => document.querySelector("#canned");

function put(words) {
  const box = document.querySelector("[data-reply]");
  const before = box.value.trim() ? `${box.value.trimEnd()}\n` : "";
  box.value = before + words;
  list().open = false;
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

export function openCanned() {
  const found = list();
  if (!found) return;
  found.open = true;
  found.querySelector("a")?.focus();
}

export function startCanned() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#canned a[data-insert]");
    if (!link) return;
    event.preventDefault();
    put(link.dataset.insert);
  });
  list()?.addEventListener("keydown", (event) => {
    const links = [...list().querySelectorAll("a[data-insert]")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") { list().open = false; list().querySelector("summary").focus(); return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      links[(at + (event.key === "ArrowDown" ? 1 : links.length - 1)) % links.length]?.focus();
    }
    const chosen = /^[1-9]$/.test(event.key) ? links[Number(event.key) - 1] : null;
    if (chosen) {
      event.preventDefault();
      put(chosen.dataset.insert);
    }
  });
}
