// Shows what was pushed; a click opens its ticket. Keeps nothing and answers for no page.
"use strict";

self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  const options = { body: told.body || "", tag: told.tag, data: { url: told.url } };
  event.waitUntil(self.registration.showNotification(told.title || "Nöbet", options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = event.notification.data?.url;
  if (url && new URL(url).origin === self.location.origin) event.waitUntil(self.clients.openWindow(url));
});
