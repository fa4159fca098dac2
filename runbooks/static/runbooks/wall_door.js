/* Exchanges the link behind the # for the token of a wall screen, and forgets it. */
"use strict";

(() => {
  const form = document.querySelector("[data-wall-entry]");
  const link = location.hash.slice(1);
  if (!form || !link) return;
  history.replaceState(null, "", location.pathname);
  form.elements.link.value = link;
  form.submit();
})();
