// Names to choose from while somebody types. A list of thousands is not sent with every page: the few that fit are asked for.
const PAUSE_MS = 150;
let timer = 0;

async function fill(field) {
  const words = field.value.trim();
  const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(words)}`, { credentials: "same-origin" });
  if (!answer.ok || field.value.trim() !== words) return;
  const options = (await answer.json()).map(({ value, label }) => {
    const option = document.createElement("option");
    option.value = value;
    option.label = label;
    return option;
  });
  field.list?.replaceChildren(...options);
}

function suggest(event) {
  const field = event.target.closest("input[data-suggest]");
  if (!field) return;
  clearTimeout(timer);
  timer = setTimeout(() => fill(field).catch(() => {}), PAUSE_MS); // without an answer the field is only a field
}

export function startSuggestions() {
  document.addEventListener("input", suggest);
  document.addEventListener("focusin", suggest);
}
