// The command palette: Ctrl K opens it, arrows choose, Enter goes. The server finds.
"use strict";

const palette = document.getElementById("palette");

if (palette) {
  const field = palette.querySelector("input");
  const list = palette.querySelector("#pal");
  let asked = 0;

  const find = async () => {
    const mine = (asked += 1);
    const response = await fetch(`${palette.dataset.find}?q=${encodeURIComponent(field.value)}`);
    if (response.ok && mine === asked) list.innerHTML = await response.text();
  };

  const choose = (step) => {
    const options = [...list.querySelectorAll("[role=option]")];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = Math.min(options.length - 1, Math.max(0, at + step));
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === next)));
    options[next]?.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      palette.showModal();
      field.select();
      find();
    }
  });
  palette.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(1);
    if (event.key === "ArrowUp") choose(-1);
    if (event.key === "Enter") list.querySelector("[aria-selected=true] a")?.click();
  });
  field.addEventListener("input", find);
}
