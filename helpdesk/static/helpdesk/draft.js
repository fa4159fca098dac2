// Keeps what is being typed in a form marked data-draft="name" until the server has it.
// Stays on this computer, for a day; another person's draft has another name.
// A form carries a token; the server names it in a cookie once the act is done (foundation/wire/once.py).
"use strict";

const DAY = 24 * 60 * 60 * 1000;
const form = document.querySelector("form[data-draft]");
const done = document.cookie.split("; ").find((crumb) => crumb.startsWith("nobet_done="))?.slice("nobet_done=".length);

for (const key of Object.keys(localStorage).filter((name) => done && name.startsWith("draft:"))) {
  if (JSON.parse(localStorage.getItem(key)).token === done) localStorage.removeItem(key);
}

if (form) {
  const key = `draft:${form.dataset.draft}`;
  const keeps = (field) => field.name && !["hidden", "file", "password"].includes(field.type);
  const fields = () => [...form.elements].filter(keeps);
  const chosen = (field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : true);

  const save = () => {
    const words = fields().filter(chosen).map((field) => [field.name, field.value]);
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), words, token: form.elements.once?.value }));
  };

  const restore = () => {
    const draft = JSON.parse(localStorage.getItem(key) || "null");
    if (!draft || Date.now() - draft.at > DAY) return localStorage.removeItem(key);
    const words = new Map(draft.words);
    for (const field of fields()) {
      if (!words.has(field.name)) continue;
      if (field.type === "radio") field.checked = field.value === words.get(field.name);
      else if (!field.value) field.value = words.get(field.name);
    }
  };

  const answered = form.querySelector(".has-error");
  if (!answered) restore();
  form.addEventListener("input", save);
  form.addEventListener("submit", save);
  const note = document.querySelector("[data-draft-note]");
  if (note) note.hidden = false;
}
