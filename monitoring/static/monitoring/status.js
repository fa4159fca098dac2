// Keeps the public page in step: live.js says that something changed, the page fetches itself.
// The fetch waits a random moment, so that thousands of readers do not come at once.
(() => {
  const PARTS = ["#icerik", ".nb-foot"];
  let waiting = false;
  let tag = "";

  async function renew() {
    waiting = false;
    // Past the browser's own memory: what it kept may be older than what we were told.
    const answer = await fetch(location.href, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
    if (answer.status !== 200) return;
    tag = answer.headers.get("ETag") || "";
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of PARTS) {
      const mine = document.querySelector(part);
      const theirs = fresh.querySelector(part);
      // Somebody who is typing keeps what they see.
      if (mine && theirs && !mine.contains(document.activeElement)) mine.replaceChildren(...theirs.childNodes);
    }
  }

  function changed() {
    if (waiting) return;
    waiting = true;
    setTimeout(() => renew().catch(() => {}), 1000 + Math.random() * 2000);
  }

  document.addEventListener("live:delta", changed);
  document.addEventListener("live:snapshot", changed); // the first one, too: the page was drawn a moment before it
})();
