/* Asks for the preview while a broadcast is being written, a moment after the last key.
 * A preview that could not be had says so: an old one must not pass for the words at hand. */
"use strict";

(() => {
  const PAUSE = 500;
  const form = document.querySelector("form[data-preview]");
  const preview = document.getElementById("preview");
  const stale = document.getElementById("preview-stale");
  let waiting = 0;
  let asking = null;

  const ask = async () => {
    if (!form.elements.text.value.trim()) return;
    asking?.abort(); // a slow answer about older words must not come last
    const mine = (asking = new AbortController());
    const answer = await fetch(form.getAttribute("action"), { // buttons are called "action" and hide the property
      method: "POST",
      body: new FormData(form),
      headers: { "HX-Request": "true" },
      signal: mine.signal,
    }).catch(() => null);
    const seen = answer?.ok && !answer.redirected ? await answer.text().catch(() => null) : null;
    if (mine.signal.aborted) return;
    stale.hidden = seen !== null;
    if (seen !== null) preview.innerHTML = seen;
  };

  ask();
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
})();
