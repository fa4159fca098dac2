/* Fetches a part of a page again: when the socket told something, or as time goes by (docs/live.md).
 *
 *   <div data-refetch="/desk/rows/" data-refetch-on="live" data-refetch-seconds="60">…</div>
 *
 * The answer becomes the content of the element; an empty address is the page's own.
 *   data-refetch-on       "live": after every snapshot and delta; "load": at once
 *   data-refetch-seconds  also every so many seconds
 *   data-refetch-pause    at least so many seconds between two (1)
 *   data-refetch-spread   waits a random part of so many seconds, where thousands of readers are told at once (0)
 *   data-refetch-seen     only while the page is in front
 *   data-refetch-parts    "#a, #b": these parts of the answer, in the places of the same parts here
 *   data-refetch-marks    "tr[id]": what was not there before is shown as changed
 *   data-refetch-says     id of a live region that is told a new h1
 * Afterwards the element sends `refetch:done`. What the reader does outlives it: focus, opened details, ticks,
 * chosen files and typed words; words whose form has gone are shown in [data-refetch-lost].
 */
"use strict";

(() => {
  const PAUSE_SECONDS = 1;
  const HANDS_OFF_SECONDS = 1.5; // nothing moves under a hand that has just typed or clicked here
  const CHOOSING_SECONDS = 10; // a list that hangs open would close
  const ANSWER_WITHIN_SECONDS = 30;

  class Part {
    constructor(root) {
      this.root = root;
      this.options = root.dataset;
      this.fetchedAt = 0;
      this.touchedAt = 0;
      this.heading = heading();
      const on = (this.options.refetchOn || "").split(" ");
      if (on.includes("live")) for (const told of ["live:delta", "live:snapshot"]) document.addEventListener(told, () => this.soon());
      if (on.includes("load")) this.soon();
      if (this.options.refetchSeconds) setInterval(() => this.soon(), this.options.refetchSeconds * 1000);
      for (const touch of ["input", "pointerdown", "keydown"]) {
        document.addEventListener(touch, ({ target }) => { if (this.holds(target)) this.touchedAt = Date.now(); });
      }
    }

    soon() {
      if (this.planned) return;
      const spread = Number(this.options.refetchSpread || 0) * 1000 * Math.random();
      const pause = Number(this.options.refetchPause || PAUSE_SECONDS) * 1000;
      this.planned = setTimeout(() => this.fetchAgain(), Math.max(spread, this.fetchedAt + pause - Date.now()));
    }

    // One question at a time. Told once more meanwhile, we ask once more: the answer may be older than that.
    async fetchAgain() {
      this.planned = null;
      if ("refetchSeen" in this.options && document.hidden) return;
      if (this.isAsking) {
        this.isToldAgain = true;
        return;
      }
      this.isAsking = true;
      this.fetchedAt = Date.now();
      const answer = await this.ask().catch(() => null); // the live banner says that the page is old
      this.isAsking = false;
      if (answer !== null) this.put(answer);
      if (this.isToldAgain) this.soon();
      this.isToldAgain = false;
    }

    // The text, or null when it is not to be had: a page to sign in is no answer either.
    async ask() {
      const headers = this.tag ? { "If-None-Match": this.tag } : {};
      const signal = AbortSignal.timeout(ANSWER_WITHIN_SECONDS * 1000);
      const answer = await fetch(this.options.refetch || location.href, { cache: "no-store", headers, signal });
      if (answer.status !== 200 || answer.redirected) return null;
      this.tag = answer.headers.get("ETag");
      return answer.text();
    }

    put(html) {
      clearTimeout(this.held);
      const bare = html.replaceAll(/name="(csrfmiddlewaretoken|once)" value="[\w.-]+"/g, "");
      if (bare === this.shown) return;
      const rest = this.touchedAt + (this.isChoosing() ? CHOOSING_SECONDS : HANDS_OFF_SECONDS) * 1000 - Date.now();
      if (rest > 0) {
        this.held = setTimeout(() => this.put(html), rest);
        return;
      }
      this.shown = bare;
      const giveBack = this.remember();
      this.swap(html);
      giveBack();
      this.say();
      this.root.dispatchEvent(new CustomEvent("refetch:done", { bubbles: true }));
    }

    isChoosing() {
      return document.activeElement?.tagName === "SELECT" && this.holds(document.activeElement);
    }

    holds(element) {
      return this.areas().some((area) => area.contains(element));
    }

    areas() {
      return this.options.refetchParts ? [...document.querySelectorAll(this.options.refetchParts)] : [this.root];
    }

    all(selector) {
      return selector ? this.areas().flatMap((area) => [...area.querySelectorAll(selector)]) : [];
    }

    swap(html) {
      if (!this.options.refetchParts) {
        this.root.innerHTML = html;
        return;
      }
      const fresh = new DOMParser().parseFromString(html, "text/html");
      for (const selector of this.options.refetchParts.split(",")) {
        const [here, there] = [document.querySelector(selector), fresh.querySelector(selector)];
        if (here && there) here.replaceChildren(...there.childNodes);
      }
    }

    // --- what the reader does --------------------------------------------

    remember() {
      const fields = this.all("input, select, textarea").filter(isChanged);
      const opened = new Map(this.all("details").map((one) => [placeOfDetails(one), one.open]));
      const marks = new Map(this.all(this.options.refetchMarks).map((one) => [identity(one), one]));
      const active = this.holds(document.activeElement) ? document.activeElement : null;
      const caret = active && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
      return () => {
        for (const details of this.all("details")) details.open = opened.get(placeOfDetails(details)) ?? details.open;
        for (const one of this.all(this.options.refetchMarks)) mark(one, marks.get(identity(one)));
        showLost(fields.filter((field) => !this.giveBack(field)));
        this.focusAgain(active, caret);
      };
    }

    // The very field with what is in it, in the place of its successor; false when it has none.
    giveBack(field) {
      const place = placeOf(field);
      const successor = this.all(field.tagName).find((one) => placeOf(one) === place);
      successor?.replaceWith(field);
      return Boolean(successor);
    }

    focusAgain(active, caret) {
      if (!active) return;
      const place = placeOf(active);
      const again = active.isConnected ? active : this.all(active.tagName).find((one) => placeOf(one) === place);
      again?.focus({ preventScroll: true });
      if (caret && caret[0] !== null) again?.setSelectionRange?.(...caret);
    }

    say() {
      const said = document.getElementById(this.options.refetchSays);
      if (said && heading() !== this.heading) said.textContent = this.heading = heading();
    }
  }

  function heading() {
    return (document.querySelector("h1")?.textContent || "").trim().replace(/\s+/g, " ");
  }

  function identity(element) {
    return element.id || element.dataset.number;
  }

  function mark(element, before) {
    if (!before) element.classList.add("nb-changed");
    else if (before.hasAttribute("aria-current")) element.setAttribute("aria-current", before.getAttribute("aria-current"));
  }

  function isChanged(field) {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.value !== field.defaultValue;
  }

  // Where an element stands, in words that outlive it. A form is known by its address: the next step has another one.
  function placeOf(element) {
    const isField = element.matches("input, select, textarea, button");
    const isChoice = ["checkbox", "radio", "submit"].includes(element.type);
    const words = isField || element.id ? "" : element.getAttribute("href") || element.textContent.trim();
    const form = element.form?.getAttribute("action") || "";
    return [element.tagName, form, element.id, element.name || "", isChoice ? element.value : "", words].join("|");
  }

  function placeOfDetails(details) {
    const summary = details.querySelector("summary")?.textContent.replace(/[\d\s]+/g, "");
    return details.id || `${details.closest("[id]")?.id}|${summary}`;
  }

  function showLost(fields) {
    const words = fields.filter((field) => field.matches("textarea, input") && !["checkbox", "radio", "file"].includes(field.type));
    const note = document.querySelector("[data-refetch-lost]");
    if (!note || !words.length) return;
    note.querySelector("q").textContent = words.map((field) => field.value).join(" · ");
    note.hidden = false;
  }

  document.querySelectorAll("[data-refetch]").forEach((root) => new Part(root));
})();
