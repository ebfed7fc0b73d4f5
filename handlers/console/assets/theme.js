// Applies the chosen colours before anything is painted. "auto" follows the device.
const chosen = localStorage.getItem("tria-theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
document.documentElement.classList.add("with-script");
