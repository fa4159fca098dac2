// Asks the browser to take pushes and sends what it answers with the form; hidden where the browser cannot.
"use strict";

const offer = document.querySelector("form[data-push-key]");

async function subscribed(form) {
  const registration = await navigator.serviceWorker.register(form.dataset.pushWorker);
  await ready(registration);
  const old = await registration.pushManager.getSubscription();
  await old?.unsubscribe(); // made with an earlier key, it would be refused
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.pushKey });
}

// Only a worker that is active takes subscriptions; `navigator.serviceWorker.ready` waits for one of this page's path.
function ready(registration) {
  const coming = registration.installing || registration.waiting;
  if (registration.active || !coming) return Promise.resolve();
  return new Promise((resolve) => {
    coming.addEventListener("statechange", () => { if (coming.state === "activated") resolve(); });
  });
}

if (offer && "serviceWorker" in navigator && "PushManager" in window) {
  offer.hidden = false;
  offer.addEventListener("submit", async (event) => {
    if (offer.elements.endpoint.value) return;
    event.preventDefault();
    try {
      const told = (await subscribed(offer)).toJSON();
      offer.elements.endpoint.value = told.endpoint;
      offer.elements.p256dh.value = told.keys.p256dh;
      offer.elements.auth.value = told.keys.auth;
      offer.requestSubmit();
    } catch {
      const said = offer.querySelector("[data-push-said]");
      said.textContent = said.dataset.pushNo;
    }
  });
}
