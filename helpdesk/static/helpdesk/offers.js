// Offers articles while a ticket is being described; what is typed stays untouched.
"use strict";

const offering = document.querySelector("form[data-offers]");

if (offering) {
  let waiting;
  const ask = async () => {
    const answers = new FormData(offering);
    const query = new URLSearchParams(["subject", "module"].map((name) => [name, answers.get(name) || ""]));
    const response = await fetch(`${offering.dataset.offers}?${query}`);
    if (response.ok) document.getElementById("offers").outerHTML = await response.text();
  };
  offering.addEventListener("input", (event) => {
    if (!["subject", "module"].includes(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 400);
  });
}
