// Fetches what follows from the answers given so far, a moment after the last; what is typed stays untouched.
//   <section id="promise" data-answers="address" data-answers-of="module impact">…</section>
// The answer takes the place of the whole part.
"use strict";

{
  const PAUSE_MS = 300;
  const waiting = new Map();

  const ask = async (id) => {
    const part = document.getElementById(id);
    const typed = new FormData(part.closest("form"));
    const query = new URLSearchParams(part.dataset.answersOf.split(" ").map((name) => [name, typed.get(name) || ""]));
    const response = await fetch(`${part.dataset.answers}?${query}`).catch(() => null); // it stays as it was
    if (response?.ok) document.getElementById(id).outerHTML = await response.text();
  };

  document.addEventListener("input", ({ target }) => {
    for (const part of target.form?.querySelectorAll("[data-answers]") ?? []) {
      if (!part.dataset.answersOf.split(" ").includes(target.name)) continue;
      clearTimeout(waiting.get(part.id));
      waiting.set(part.id, setTimeout(ask, PAUSE_MS, part.id));
    }
  });
}
