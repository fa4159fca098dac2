// Keeps an open queue in step: when the desk hears of a change, the rows are fetched anew.
// At most one fetch every two seconds, and never under the reader's hands.
"use strict";

const desk = document.querySelector("[data-live][data-rows]");

if (desk) {
  const EVERY = 2000;
  let planned = null;
  let loadedAt = Date.now();

  const busy = () => desk.querySelector("#queue :checked");

  const load = async () => {
    planned = null;
    if (busy()) return plan();
    const response = await fetch(`${desk.dataset.rows}${location.search}`);
    if (!response.ok) return undefined;
    const before = new Set([...desk.querySelectorAll("tr[data-number]")].map((row) => row.dataset.number));
    const current = desk.querySelector("tr[aria-current]")?.dataset.number;
    desk.querySelector("#rows").innerHTML = await response.text();
    for (const row of desk.querySelectorAll("tr[data-number]")) {
      if (!before.has(row.dataset.number)) row.classList.add("nb-changed");
      if (row.dataset.number === current) row.setAttribute("aria-current", "true");
    }
    loadedAt = Date.now();
    return undefined;
  };

  const plan = () => {
    if (planned) return;
    const wait = Math.max(200, EVERY - (Date.now() - loadedAt));
    planned = setTimeout(load, wait + Math.random() * 300);
  };

  desk.addEventListener("live:delta", plan);
  desk.addEventListener("live:snapshot", plan); // the first one, too: the page was drawn a moment before it
  setInterval(plan, 60000); // the words of the countdowns grow old, too
}
