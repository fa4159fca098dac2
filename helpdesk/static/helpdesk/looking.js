// Says every fifteen seconds that this ticket is open here, and shows who else has it open.
"use strict";

const place = document.querySelector("[data-looking]");

if (place) {
  setInterval(async () => {
    if (document.hidden) return;
    const response = await fetch(place.dataset.looking);
    if (response.ok) place.innerHTML = await response.text();
  }, 15000);
}
