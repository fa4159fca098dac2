/* Asks for the preview while a broadcast is being written, a moment after the last key. */
"use strict";

(() => {
  const PAUSE = 500;
  const form = document.querySelector("form[data-preview]");
  let waiting = 0;

  const ask = async () => {
    if (!form.checkValidity()) return;
    const answer = await fetch(form.getAttribute("action"), { // buttons are called "action" and hide the property
      method: "POST",
      body: new FormData(form),
      headers: { "HX-Request": "true" },
    }).catch(() => null);
    if (answer?.ok) document.getElementById("preview").innerHTML = await answer.text();
  };

  ask();
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
})();
