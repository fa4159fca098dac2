/* The board and the wall: what refetch.js does not know of, map or grid, sound, freshness, clock, turns. */
"use strict";

(() => {
  const board = document.getElementById("board");
  const SILENCE = 120000; // without a finished round of probes; runbooks.board.standing knows the same
  const TURN = 20000; // how long the wall shows each of its views
  let probed = null;
  let skew = 0;
  let isStale = false;
  let isLive = false;
  let seen = newS1();

  board.addEventListener("refetch:done", () => { dress(); hearNewS1(); });
  document.addEventListener("live:head", ({ detail }) => { isLive = true; probed = detail.probed; skew = detail.skew; showFreshness(); });
  document.addEventListener("live:stale", () => { isStale = true; showFreshness(); });
  document.addEventListener("live:fresh", () => { isStale = false; showFreshness(); });
  setInterval(showFreshness, 1000);

  // --- map or grid ---------------------------------------------------------

  function dress() {
    const views = board.querySelector("[data-views]");
    if (views) {
      views.hidden = false;
      const chosen = localStorage.getItem("nobet.board.view") || (matchMedia("(max-width: 719px)").matches ? "grid" : "map");
      for (const button of views.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.dataset.view === chosen));
        button.onclick = () => { localStorage.setItem("nobet.board.view", button.dataset.view); dress(); };
      }
      for (const panel of board.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== chosen;
    }
    const sound = board.querySelector("[data-sound]");
    if (sound) {
      sound.checked = localStorage.getItem("nobet.board.sound") === "on";
      sound.onchange = () => {
        localStorage.setItem("nobet.board.sound", sound.checked ? "on" : "off");
        if (sound.checked) chime([660]);
      };
    }
    showTurn();
    showFreshness();
    showClock();
  }

  // --- a new S1 is heard and seen, if the reader asked for it --------------

  function newS1() {
    const keys = board.querySelector("[data-new-s1]")?.dataset.newS1 || "";
    return new Set(keys.split(" ").filter(Boolean));
  }

  function hearNewS1() {
    const unseen = newS1();
    const isNew = [...unseen].some((key) => !seen.has(key));
    seen = unseen;
    if (isNew && localStorage.getItem("nobet.board.sound") === "on") alarm(board.querySelector("h1")?.textContent);
  }

  let speaker = null;

  // Browsers keep a page silent until its reader touched it: the first touch wakes the speaker.
  function wakeSpeaker() {
    if (localStorage.getItem("nobet.board.sound") !== "on") return;
    speaker ||= new AudioContext();
    speaker.resume();
  }
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, wakeSpeaker);

  function chime(pitches) {
    wakeSpeaker();
    pitches.forEach((pitch, number) => {
      const tone = speaker.createOscillator();
      const at = speaker.currentTime + number * 0.25;
      tone.frequency.value = pitch;
      tone.connect(speaker.destination);
      tone.start(at);
      tone.stop(at + 0.2);
    });
  }

  function alarm(heading) {
    chime([880, 660, 880]);
    const title = document.title;
    let turns = 10;
    const flash = setInterval(() => {
      turns -= 1;
      document.title = turns % 2 ? `■ ${heading}` : title;
      if (!turns) clearInterval(flash);
    }, 800);
  }

  // --- freshness and clock -------------------------------------------------

  function showFreshness() {
    for (const line of document.querySelectorAll("[data-fresh]")) {
      const isSilent = isLive && !(ageOfProbe() < SILENCE);
      line.classList.toggle("is-stale", isStale || isSilent);
      const words = line.dataset;
      if (isStale) line.querySelector("span").textContent = words.wordStale;
      else if (isLive) line.querySelector("span").textContent = `${isSilent ? words.wordSilent : words.wordLive} ${spoken(ageOfProbe(), words)}`;
    }
  }

  function ageOfProbe() {
    return probed ? Math.max(0, Date.now() + skew - probed) : NaN;
  }

  function spoken(age, words) {
    if (Number.isNaN(age)) return words.wordNever;
    const seconds = Math.round(age / 1000);
    if (seconds < 2) return words.wordNow;
    return seconds < 120 ? `${seconds} ${words.wordSeconds}` : `${Math.round(seconds / 60)} ${words.wordMinutes}`;
  }

  function showClock() {
    const clock = board.querySelector("[data-clock]");
    if (!clock) return;
    const at = new Date(Date.now() + skew);
    const text = at.toLocaleTimeString(document.documentElement.lang, { timeZone: "Europe/Istanbul", hour: "2-digit", minute: "2-digit", hour12: false });
    clock.textContent = text.replace(":", ".");
  }

  // --- the wall: one view after the other, moved a little so that nothing burns in ------

  function showTurn() {
    const views = [...board.querySelectorAll("[data-turn]")];
    const turn = Math.floor(Date.now() / TURN) % (views.length || 1);
    views.forEach((view, number) => { view.hidden = number !== turn; });
  }

  if (document.body.classList.contains("wall-room")) {
    const fit = () => { board.style.zoom = Math.min(innerWidth / 3840, innerHeight / 2160); };
    addEventListener("resize", fit);
    fit();
    setInterval(() => {
      showClock();
      showTurn();
      const drift = Math.floor(Date.now() / 60000) % 4;
      for (const each of [1, 2, 3]) document.body.classList.toggle(`drift-${each}`, each === drift);
    }, 1000);
  }
  dress();
})();
