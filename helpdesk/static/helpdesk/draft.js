// Keeps what is being typed in a form marked data-draft="name" until the server has sent it:
// on this computer at once, and on the server (data-draft-url) a moment after each stop, for other machines.
// Here it stays a day; another person's draft has another name. data-draft-at says when the server heard last (seconds).
// A form carries a token; the server names it in a cookie once the act is done (foundation/wire/once.py).
"use strict";

const DAY = 24 * 60 * 60 * 1000;
const STOPPED = 1000; // milliseconds without a letter
const LONGEST = 5000; // whoever never stops is kept, too
const form = document.querySelector("form[data-draft]");
const done = document.cookie.split("; ").find((crumb) => crumb.startsWith("nobet_done="))?.slice("nobet_done=".length);

for (const key of Object.keys(localStorage).filter((name) => done && name.startsWith("draft:"))) {
  if (JSON.parse(localStorage.getItem(key)).token === done) localStorage.removeItem(key);
}

if (form) {
  const key = `draft:${form.dataset.draft}`;
  const note = form.querySelector("[data-draft-note]");
  const keeps = (field) => field.name && !["hidden", "file", "password"].includes(field.type);
  const fields = () => [...form.elements].filter(keeps);
  const chosen = (field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : true);
  const typed = () => fields().filter(chosen).map((field) => [field.name, field.value]);
  let waiting = null;
  let since = 0;
  let asking = null;

  const save = () => {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), words: typed(), token: form.elements.once?.value }));
    if (!form.dataset.draftUrl) return;
    since ||= Date.now();
    clearTimeout(waiting);
    waiting = setTimeout(send, Math.max(0, Math.min(STOPPED, since + LONGEST - Date.now())));
  };

  // The last word wins: an answer that is still awaited is about older words.
  const send = async () => {
    clearTimeout(waiting);
    waiting = null;
    since = 0;
    asking?.abort();
    asking = new AbortController();
    const body = new FormData();
    for (const [name, value] of typed()) body.append(name, value);
    body.append("form", form.elements.once?.value || "");
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken?.value || "");
    const options = { method: "POST", body, signal: asking.signal, keepalive: true, redirect: "manual" };
    const answer = await fetch(form.dataset.draftUrl, options).catch(() => null);
    if (note?.dataset.kept) say(answer?.status === 204 ? note.dataset.kept : "");
  };

  const say = (words) => {
    note.hidden = !words;
    if (note.textContent !== words) note.textContent = words;
  };

  const restore = () => {
    const draft = JSON.parse(localStorage.getItem(key) || "null");
    const heard = Number(form.dataset.draftAt || 0) * 1000; // sent, or kept, on another machine since
    if (!draft || Date.now() - draft.at > DAY || draft.at < heard) return localStorage.removeItem(key);
    const words = new Map(draft.words);
    const isNewer = heard > 0; // what the server knew is older than what was typed here last
    for (const field of fields()) {
      if (!words.has(field.name)) continue;
      if (field.type === "radio") field.checked = field.value === words.get(field.name);
      else if (isNewer || !field.value) field.value = words.get(field.name);
    }
  };

  const answered = form.querySelector(".has-error");
  if (!answered) restore();
  form.addEventListener("input", save);
  form.addEventListener("submit", () => {
    save();
    clearTimeout(waiting);
    waiting = null;
    asking?.abort();
  });
  addEventListener("pagehide", () => { if (waiting) send(); });
  if (note && !note.dataset.kept) note.hidden = false;
}
