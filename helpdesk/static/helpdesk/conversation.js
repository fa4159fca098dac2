// Keeps one open ticket in step: something new was said, the conversation is fetched anew.
// What is being typed stands elsewhere on the page and is never touched.
"use strict";

const page = document.querySelector("[data-live][data-fragment]");

if (page) {
  const show = async () => {
    const response = await fetch(page.dataset.fragment);
    if (!response.ok) return;
    const conversation = await response.text();
    const list = page.querySelector("#conversation");
    const known = list.querySelectorAll("article").length;
    list.outerHTML = conversation;
    const articles = page.querySelectorAll("#conversation article");
    for (const article of [...articles].slice(known)) article.classList.add("nb-changed");
  };

  page.addEventListener("live:delta", show);
  page.addEventListener("live:snapshot", show); // the first one, too: the page was drawn a moment before it
}
