// On a copy from disk: says so when the copy is old.
(() => {
  const note = document.getElementById("snapshot-age");
  const made = new Date(note.dataset.made);
  const look = () => {
    note.hidden = Date.now() - made < 60000;
  };
  look();
  setInterval(look, 5000);
})();
