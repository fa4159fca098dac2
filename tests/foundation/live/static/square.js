/* What a page does with the events of live.js: keep a book and show it. */
"use strict";

const things = new Map();
const told = [];
const show = () => { document.getElementById("things").textContent = JSON.stringify(Object.fromEntries(things)); };

document.addEventListener("live:snapshot", ({ detail }) => {
  things.clear();
  for (const [id, values] of Object.entries(detail.things)) things.set(id, values);
  show();
});
document.addEventListener("live:delta", ({ detail }) => {
  for (const { i, v } of detail.changes) things.set(i, { ...things.get(i), ...v });
  show();
});
for (const what of ["snapshot", "delta", "head", "stale", "fresh", "still", "refused"]) {
  document.addEventListener(`live:${what}`, ({ detail }) => told.push({ what, at: Date.now(), detail }));
}
window.told = told;
