// Shows the promised times for the answers given so far; the server works them out.
"use strict";

const asking = document.querySelector("form[data-promise]");

if (asking) {
  const QUESTIONS = ["module", "other_module", "impact", "urgency"];

  asking.addEventListener("change", async (event) => {
    if (!QUESTIONS.includes(event.target.name)) return;
    const answers = new FormData(asking);
    const query = new URLSearchParams(QUESTIONS.map((name) => [name, answers.get(name) || ""]));
    const response = await fetch(`${asking.dataset.promise}?${query}`);
    if (response.ok) document.getElementById("promise").outerHTML = await response.text();
  });
}
