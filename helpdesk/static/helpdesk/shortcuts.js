// Keyboard: elements with data-key="c" are pressed (or focused) by that letter; J and K walk
// through a queue, Enter opens the current row (or the first), Ctrl+Enter sends what is being written, with Shift
// or as Alt+Enter what [data-chord] says; [data-then] names what is focused after the press.
"use strict";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

const walk = (step) => {
  const rows = [...document.querySelectorAll("tr[data-number]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  rows[at]?.removeAttribute("aria-current");
  next.setAttribute("aria-current", "true");
  next.querySelector("a").focus();
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.altKey)) {
    const form = event.target.closest("form");
    const chord = event.altKey ? "alt" : event.shiftKey ? "shift" : "plain";
    form?.requestSubmit(form.querySelector(`[data-chord="${chord}"]`));
    return;
  }
  if (event.target.closest("dialog[open]")) return;
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target === document.body) document.querySelector("tr[data-number] a")?.click();
  if (event.key === "j") walk(1);
  if (event.key === "k") walk(-1);
  const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!element) return;
  event.preventDefault();
  if ("then" in element.dataset) {
    element.click();
    document.getElementById(element.dataset.then).focus();
  } else if (element.matches("textarea, input")) element.focus();
  else element.click();
});
