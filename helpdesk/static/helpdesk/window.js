// The one window of the desk: pickers open over the ticket, Enter sets the first; the keys are shown by "?";
// a chord sends and says what follows. All of it works without this script, with a page more.
"use strict";

const picking = document.getElementById("picking");

const picks = () => [...picking.querySelectorAll(".hd-pick")];

const lightUp = (step) => {
  const all = picks();
  const at = all.findIndex((one) => one.classList.contains("is-lit"));
  all[at]?.classList.remove("is-lit");
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  next?.classList.add("is-lit");
  next?.scrollIntoView({ block: "nearest" });
};

// Enter waits for the choices that fit what was typed, so that quick fingers never set another one.
const set = async () => {
  if (!(await answered)) return location.assign(plain(picking.querySelector(".hd-picker").dataset.picker, wanted));
  const lit = picking.querySelector(".hd-pick.is-lit") || picks()[0];
  const reason = picking.querySelector("[name=reason]");
  if (!lit) return undefined;
  if ("needsReason" in lit.dataset && reason && !reason.value.trim()) reason.focus();
  else lit.click();
  return undefined;
};

// The picker as a page of its own: where a line was lost, the browser says so better than we can.
const plain = (address, words) => `${address}${address.includes("?") ? "&" : "?"}words=${encodeURIComponent(words)}`;

let asked = 0;
let wanted = "";
let answered = Promise.resolve(true);
// True once the choices shown fit these words, or newer words were asked for; false where no answer came.
const filter = async (address, words) => {
  const mine = (asked += 1);
  wanted = words;
  const answer = await fetch(`${plain(address, words)}&part=choices`).catch(() => null);
  if (mine !== asked) return true;
  if (!answer?.ok) return false;
  picking.querySelector("[data-picks]").innerHTML = await answer.text();
  lightUp(1);
  return true;
};

const open = async (link) => {
  const answer = await fetch(link.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return link.ownerDocument.location.assign(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const picker = page.querySelector(".hd-picker");
  picking.replaceChildren(picker);
  answered = Promise.resolve(true);
  picking.setAttribute("aria-label", link.textContent.trim());
  picking.showModal();
  const field = picker.querySelector("[name=words]");
  field.focus();
  lightUp(1);
  field.addEventListener("input", () => { answered = filter(picker.dataset.picker, field.value); });
  picker.querySelector(".hd-find").addEventListener("submit", (event) => event.preventDefault());
  return undefined;
};

if (picking) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-pick]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(link);
  });
  picking.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      lightUp(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      set();
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.target.closest("input, textarea, select")) return;
  document.getElementById("keys")?.showModal();
});

// Whether one goes on to the next ticket after waiting or resolving is remembered on this computer.
const onward = document.querySelector("[name=onward]");
if (onward) {
  onward.checked = localStorage.getItem("desk:onward") !== "no";
  onward.addEventListener("change", () => localStorage.setItem("desk:onward", onward.checked ? "yes" : "no"));
}
