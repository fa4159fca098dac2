/* Keeps a page in step with the server: snapshot, numbered deltas, heads (docs/live.md).
 *
 *   <main data-live="/ws/board/" data-live-stream="/board/stream/"
 *         data-live-poll="/board/state.json" data-live-still="/still/board.json">
 *
 * Events on that element, all bubbling, `detail` in brackets:
 *   live:snapshot  [the frame]                everything, anew
 *   live:delta     [{changes, last}]          changes: [{k: kind, i: id, v: values}, …]
 *   live:head      [{now, probed, skew}]      milliseconds; skew = server clock - this clock
 *   live:stale     [{since}]  live:fresh      a Date; nothing was heard since then
 *   live:still     [the file]                 the snapshot on disk, when nothing else answers
 *   live:refused   [{code}]                   4401 sign in, 4403 not allowed, 4404 no such address; no more attempts
 * `element.livePage` is the page's book-keeping: epoch, last, way, isStale.
 */
"use strict";

(() => {
  const STALE_AFTER = 25000;
  const LONGEST_WAIT = 30000;
  const POLL_EVERY = 15000;
  const ANSWER_WITHIN = 10000;
  const ASK_AGAIN_AFTER = 2000;
  const PATIENCE = 3; // attempts without a frame before the next way is tried beside the socket
  const FIRST_FRAME_WITHIN = 8000; // doubled with every failure: a server that many come back to is slow, not gone
  const REFUSED = [4401, 4403, 4404];

  class LivePage {
    constructor(element) {
      this.element = element;
      this.addresses = element.dataset;
      this.epoch = "";
      this.last = -1;
      this.way = "socket";
      this.isStale = false;
      this.heardAt = Date.now();
      this.failures = 0;
      this.askedAt = 0;
      this.openSocket();
      this.watch = setInterval(() => this.checkFreshness(), 1000);
      addEventListener("online", () => this.reopenSoon());
      document.addEventListener("visibilitychange", () => this.checkFreshness());
    }

    // --- the four ways ---------------------------------------------------

    openSocket() {
      clearTimeout(this.retry);
      const socket = new WebSocket(new URL(this.addresses.live, location.href.replace(/^http/, "ws")));
      this.socket = socket;
      this.patience = setTimeout(() => this.giveUpWaiting(), Math.min(LONGEST_WAIT, FIRST_FRAME_WITHIN * 2 ** this.failures));
      socket.onmessage = (message) => {
        if (this.socket !== socket) return;
        clearTimeout(this.patience);
        this.failures = 0;
        this.endFallback();
        this.hear(JSON.parse(message.data));
      };
      socket.onclose = (closing) => {
        if (this.socket !== socket) return;
        clearTimeout(this.patience);
        this.socket = null;
        if (REFUSED.includes(closing.code)) this.giveUp(closing.code);
        else this.retryLater();
      };
    }

    // Full jitter: ten thousand pages of a restarted server come back spread out.
    retryLater() {
      this.failures += 1;
      const longest = Math.min(LONGEST_WAIT, 1000 * 2 ** this.failures);
      this.retry = setTimeout(() => this.openSocket(), Math.random() * longest);
      if (this.failures >= PATIENCE && this.way === "socket") this.openStream();
    }

    // A handshake that hangs says nothing by itself; it counts as two attempts, for it took as long.
    giveUpWaiting() {
      this.failures += 1;
      this.dropSocket();
      this.retryLater();
    }

    reopenSoon() {
      if (this.gaveUp || this.socket?.readyState === WebSocket.OPEN) return;
      this.dropSocket();
      this.retry = setTimeout(() => this.openSocket(), Math.random() * 1000);
    }

    dropSocket() {
      clearTimeout(this.retry);
      clearTimeout(this.patience);
      const socket = this.socket;
      this.socket = null;
      socket?.close();
    }

    openStream() {
      if (!this.addresses.liveStream) return this.startPolling();
      this.way = "stream";
      this.stream = new EventSource(this.addresses.liveStream);
      this.stream.onmessage = (message) => this.hear(JSON.parse(message.data));
      this.stream.onerror = () => {
        if (this.stream?.readyState !== EventSource.CLOSED) return;
        this.startPolling();
      };
      return undefined;
    }

    startPolling() {
      this.stream?.close();
      this.stream = null;
      this.way = "poll";
      return this.poll();
    }

    async poll() {
      if (this.way !== "poll" && this.way !== "still") return;
      this.pollTimer = setTimeout(() => this.poll(), POLL_EVERY * (0.8 + 0.4 * Math.random()));
      const answer = await this.fetched(this.addresses.livePoll, { "If-None-Match": this.etag || "" });
      if (this.way !== "poll" && this.way !== "still") return;
      if (!answer) {
        await this.readStill();
        return;
      }
      this.way = "poll";
      this.heard();
      if (answer.status === 200) {
        this.etag = answer.headers.get("ETag");
        this.hear(await answer.json());
      }
      const now = Number(answer.headers.get("X-Live-Now"));
      if (now) this.say("head", { now, probed: Number(answer.headers.get("X-Live-Probed")) || null, skew: now - Date.now() });
    }

    // The file on disk is old by nature: shown, but it never makes the page fresh.
    async readStill() {
      this.way = "still";
      const answer = await this.fetched(this.addresses.liveStill, {});
      if (answer && this.way === "still") this.say("still", await answer.json());
    }

    async fetched(address, headers) {
      if (!address) return null;
      try {
        const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN) });
        return answer.ok || answer.status === 304 ? answer : null;
      } catch {
        return null;
      }
    }

    endFallback() {
      if (this.way === "socket") return;
      this.way = "socket";
      this.stream?.close();
      this.stream = null;
      clearTimeout(this.pollTimer);
    }

    giveUp(code) {
      this.gaveUp = true;
      clearInterval(this.watch);
      this.say("refused", { code });
      this.becomeStale();
    }

    // --- the protocol ----------------------------------------------------

    hear(frame) {
      this.heard();
      if (frame.t === "s") this.takeSnapshot(frame);
      else if (frame.t === "d") this.takeDelta(frame);
      else if (frame.t === "h") this.takeHead(frame);
      else if (frame.t === "resync") this.ask("", 0);
    }

    takeSnapshot(frame) {
      this.epoch = frame.e;
      this.last = frame.l;
      this.askedAt = 0;
      this.say("snapshot", frame);
    }

    takeDelta(frame) {
      if (frame.e !== this.epoch || frame.f > this.last + 1) {
        this.ask(this.epoch, this.last);
      } else if (frame.l > this.last) {
        this.last = frame.l;
        this.askedAt = 0;
        this.say("delta", { changes: frame.n, last: frame.l });
      }
    }

    takeHead(frame) {
      this.say("head", { now: frame.now, probed: frame.probed, skew: frame.now - Date.now() });
      if (frame.e !== this.epoch || frame.l > this.last) this.ask(this.epoch, this.last);
    }

    ask(epoch, last) {
      if (Date.now() - this.askedAt < ASK_AGAIN_AFTER) return;
      this.askedAt = Date.now();
      if (this.socket?.readyState === WebSocket.OPEN) {
        this.socket.send(JSON.stringify({ t: "resume", e: epoch, l: last }));
      } else if (this.way === "stream") {
        this.stream.close();
        this.openStream();
      }
    }

    // --- freshness -------------------------------------------------------

    heard() {
      this.heardAt = Date.now();
      if (!this.isStale) return;
      this.isStale = false;
      this.say("fresh", {});
      for (const banner of document.querySelectorAll("[data-live-banner]")) banner.hidden = true;
    }

    checkFreshness() {
      if (Date.now() - this.heardAt < STALE_AFTER || this.gaveUp) return;
      if (!this.isStale) {
        this.becomeStale();
        if (this.way === "stream") this.startPolling();
        if (this.socket) {
          this.dropSocket();
          this.retryLater();
        }
      }
    }

    becomeStale() {
      this.isStale = true;
      const since = new Date(this.heardAt);
      this.say("stale", { since });
      for (const banner of document.querySelectorAll("[data-live-banner]")) {
        for (const time of banner.querySelectorAll("time")) {
          time.dateTime = since.toISOString();
          time.textContent = clock(since);
        }
        banner.hidden = false;
      }
    }

    say(what, detail) {
      this.element.dispatchEvent(new CustomEvent(`live:${what}`, { detail, bubbles: true }));
    }
  }

  function clock(moment) {
    const text = moment.toLocaleTimeString(document.documentElement.lang, { timeZone: "Europe/Istanbul", hour12: false });
    return text.replaceAll(":", ".");
  }

  // Not before every deferred script ran: a page's own script must be listening when the first frame arrives.
  function start() {
    for (const element of document.querySelectorAll("[data-live]")) element.livePage ??= new LivePage(element);
  }

  if (document.readyState === "complete") start();
  else document.addEventListener("DOMContentLoaded", start);
})();
