// The command palette: Ctrl K opens it, arrows choose, Enter goes. The server finds.
"use strict";

const palette = document.getElementById("palette");

if (palette) {
  const PAUSE = 120; // milliseconds without a key before the server is asked
  const field = palette.querySelector("input");
  const list = palette.querySelector("#palette-list");
  const count = palette.querySelector("#palette-count");
  let asked = new AbortController();
  let waiting;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  };

  const step = (by) => {
    const all = options();
    if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
  };

  const find = async () => {
    asked.abort();
    asked = new AbortController();
    try {
      const response = await fetch(`${palette.dataset.find}?q=${encodeURIComponent(field.value)}`, { signal: asked.signal });
      if (!response.ok || response.redirected) return;
      list.innerHTML = await response.text();
    } catch {
      return; // asked anew, or the line is cut: what stands there stays
    }
    field.setAttribute("aria-expanded", String(options().length > 0));
    count.textContent = list.firstElementChild?.dataset.count ?? "";
    choose(options()[0]);
  };

  const open = (event) => {
    event.preventDefault();
    if (!palette.open) palette.showModal();
    field.select();
    find();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key?.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) open(event);
  });
  document.querySelector("[data-palette]")?.addEventListener("click", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) open(event);
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });
  field.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      step(by);
    }
  });
  palette.querySelector("form").addEventListener("submit", (event) => {
    if (!chosen()) return;
    event.preventDefault();
    chosen().click();
  });
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, PAUSE);
  });
}
