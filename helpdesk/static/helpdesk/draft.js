// Keeps what is being typed in a form marked data-draft="name" until it is sent.
// Stays on this computer, for a day; another person's draft has another name.
"use strict";

const DAY = 24 * 60 * 60 * 1000;
const form = document.querySelector("form[data-draft]");

if (form) {
  const key = `draft:${form.dataset.draft}`;
  const keeps = (field) => field.name && !["hidden", "file", "password"].includes(field.type);
  const fields = () => [...form.elements].filter(keeps);
  const chosen = (field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : true);

  const save = () => {
    const words = fields().filter(chosen).map((field) => [field.name, field.value]);
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), words }));
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
  form.addEventListener("submit", () => localStorage.removeItem(key));
  const note = document.querySelector("[data-draft-note]");
  if (note) note.hidden = false;
}
