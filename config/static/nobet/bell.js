// The badge of unread notices: the socket says that something is new, the badge itself is fetched.
// The same socket says that a call is at this agent's extension; what pops up is fetched, too.
// Its own small socket, so that it lives on every page of the desk beside whatever the page listens to.
"use strict";

(() => {
  const bell = document.querySelector("[data-bell]");
  if (!bell) return;
  const LONGEST_WAIT = 60000;
  const REFUSED = [4401, 4403, 4404];
  const count = bell.querySelector("[data-bell-count]");
  let failures = 0;
  let planned = null;

  const show = async () => {
    planned = null;
    const answer = await fetch(bell.dataset.bellWord, { cache: "no-store" }).catch(() => null);
    if (!answer || answer.status !== 200 || answer.redirected) return;
    const html = (await answer.text()).trim();
    if (html !== count.dataset.shown) count.innerHTML = count.dataset.shown = html;
  };
  const ringing = document.querySelector("[data-ringing]");
  const showCalls = async () => {
    const answer = await fetch(bell.dataset.bellCalls, { cache: "no-store" }).catch(() => null);
    if (!answer || answer.status !== 200 || answer.redirected) return;
    const html = (await answer.text()).trim();
    if (html !== ringing.dataset.shown) ringing.innerHTML = ringing.dataset.shown = html;
  };
  const soon = () => { planned ??= setTimeout(show, 300); };

  const listen = () => {
    const socket = new WebSocket(new URL(bell.dataset.bell, location.href.replace(/^http/, "ws")));
    socket.onmessage = ({ data }) => {
      failures = 0;
      const frame = JSON.parse(data);
      if (frame.t === "h") return;
      if (frame.calls || frame.n?.some(({ k }) => k === "call")) showCalls();
      if (frame.t !== "d" || frame.n.some(({ k }) => k !== "call")) soon();
    };
    socket.onclose = ({ code }) => {
      if (REFUSED.includes(code)) return;
      failures += 1;
      setTimeout(listen, Math.random() * Math.min(LONGEST_WAIT, 1000 * 2 ** failures));
      if (failures > 2) soon(); // without a socket the badge is asked for as often as the socket is tried
    };
  };
  listen();
})();
