/* Fetches the moving part of a page again when its audience was told something,
 * at most once a second. <div data-live="…" data-fragment="/…/standing/"> holds
 * one element with the id named in data-into. Pages without a socket give data-every (ms). */
"use strict";

(() => {
  const SHORTEST = 1000;

  const follow = (root) => {
    let asked = 0;
    let waiting = 0;

    const fetchAgain = async () => {
      waiting = 0;
      asked = Date.now();
      const answer = await fetch(root.dataset.fragment, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok) return;
      const into = document.getElementById(root.dataset.into);
      const typing = into.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
      if (!typing) into.innerHTML = await answer.text();
    };

    const soon = () => {
      waiting ||= setTimeout(fetchAgain, Math.max(0, asked + SHORTEST - Date.now()));
    };

    root.addEventListener("live:delta", soon);
    root.addEventListener("live:snapshot", soon);
    if (root.dataset.every) setInterval(soon, Number(root.dataset.every));
  };

  document.querySelectorAll("[data-fragment]").forEach(follow);
})();
