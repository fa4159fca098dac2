// Counts the ticked rows of the queue and ticks a whole page at once; the words stand in the page.
//   <input type="checkbox" data-tick-all> … <tr><td><input type="checkbox" name="number"> … <span data-bulk-count data-says="{n} …">
"use strict";

{
  const boxes = () => [...document.querySelectorAll("tr[data-number] input[name=number]")];

  const count = () => {
    const place = document.querySelector("[data-bulk-count]");
    if (!place) return;
    const number = boxes().filter((box) => box.checked).length;
    const words = number ? place.dataset.says.replace("{n}", number.toLocaleString(document.documentElement.lang)) : "";
    if (place.textContent !== words) place.textContent = words;
    const all = document.querySelector("[data-tick-all]");
    all.parentElement.hidden = false; // without this script it could do nothing
    all.checked = number > 0 && number === boxes().length;
    all.indeterminate = number > 0 && !all.checked;
  };

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-tick-all]")) for (const box of boxes()) box.checked = target.checked;
    if (target.matches("[data-tick-all], input[name=number]")) count();
  });
  document.addEventListener("refetch:done", count); // ticks outlive what is fetched again
  count();
}
