// Keeps the public page in step: live.js says that something changed, the page fetches itself.
// The fetch waits a random moment, so that thousands of readers do not come at once.
(() => {
  const PARTS = ["#icerik", ".nb-foot"];
  let waiting = false;
  let tag = "";
  let heard = document.querySelector("h1").textContent.trim().replace(/\s+/g, " ");

  async function renew() {
    waiting = false;
    // Past the browser's own memory: what it kept may be older than what we were told.
    const answer = await fetch(location.href, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
    if (answer.status !== 200) return;
    tag = answer.headers.get("ETag") || "";
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const giveBack = remember();
    for (const part of PARTS) {
      const mine = document.querySelector(part);
      const theirs = fresh.querySelector(part);
      if (mine && theirs) mine.replaceChildren(...theirs.childNodes);
    }
    giveBack();
    say(document.querySelector("h1").textContent.trim().replace(/\s+/g, " "));
  }

  // What the reader opened, where they are and what they typed outlive the renewal.
  function remember() {
    const open = new Set([...document.querySelectorAll("#icerik details[open] > summary")].map((one) => one.textContent));
    const here = document.activeElement;
    const inside = here && here.closest("#icerik, .nb-foot");
    const typed = inside && here.matches("input") ? [here.value, here.selectionStart, here.selectionEnd] : null;
    const same = (one) => (here.id ? one.id === here.id : one.tagName === here.tagName && one.textContent === here.textContent);
    return () => {
      for (const one of document.querySelectorAll("#icerik details > summary")) one.parentElement.open = open.has(one.textContent);
      const again = inside && [...document.querySelectorAll(`#icerik ${here.tagName}, .nb-foot ${here.tagName}`)].find(same);
      if (!again) return;
      again.focus({ preventScroll: true });
      if (typed) { again.value = typed[0]; again.setSelectionRange(typed[1], typed[2]); }
    };
  }

  // Screen readers hear the headline when it says something new, and nothing else.
  function say(headline) {
    const said = document.getElementById("status-said");
    if (said && headline !== heard) said.textContent = heard = headline;
  }

  function changed() {
    if (waiting) return;
    waiting = true;
    setTimeout(() => renew().catch(() => {}), 1000 + Math.random() * 2000);
  }

  document.addEventListener("live:delta", changed);
  document.addEventListener("live:snapshot", changed); // the first one, too: the page was drawn a moment before it
})();
