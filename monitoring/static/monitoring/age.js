// On a copy from disk: says so when the copy is old. How fresh the whole copy is stands in one small file.
(() => {
  const note = document.getElementById("snapshot-age");
  let made = new Date(note.dataset.made);
  const judge = () => {
    note.hidden = Date.now() - made < 60000;
  };
  const look = async () => {
    try {
      const answer = await fetch(new URL("made.json", new URL(note.dataset.status, location)), { cache: "no-cache" });
      if (answer.ok) made = new Date((await answer.json()).made);
    } catch {
      // Nobody to ask: what the page says of itself has to do.
    }
    judge();
  };
  judge();
  look();
  setInterval(look, 15000);
})();
