// Puts the chosen macro where the agent is writing. Without scripts the page comes back with it.
"use strict";

const chooser = document.querySelector("form[data-macros]");

if (chooser) {
  chooser.addEventListener("submit", async (event) => {
    if (event.submitter?.name === "do") return; // its own page, with what it asks for
    event.preventDefault();
    const [chosen] = chooser.elements.macro.selectedOptions;
    if (!chosen) return;
    const response = await fetch(chosen.dataset.text);
    if (!response.ok) return;
    const field = document.getElementById("id_body");
    field.setRangeText(await response.text(), field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}
