// Draws one municipality's page from the snapshot's two JSON files, when nobody else is alive to do it.
(async () => {
  const own = document.currentScript;
  const words = JSON.parse(own.dataset.words);
  const read = async (address) => (await fetch(address, { cache: "no-cache" })).json();
  const [places, summary] = await Promise.all([read("/status/municipalities.json"), read("/api/v2/summary.json")]);
  const touched = places.outages[own.dataset.code] || [];
  const made = new Date(places.made).toLocaleString("tr-TR");
  document.getElementById("shell-state").textContent =
    `${touched.length ? words.bad : words.ok} (${words.asof} ${made})`;
  for (const incident of summary.incidents.filter((one) => touched.includes(Number(one.id)))) {
    const card = document.createElement("article");
    card.className = "nb-outage is-outage nb-stack-s";
    const title = document.createElement("h2");
    title.textContent = incident.name;
    const text = document.createElement("p");
    text.textContent = incident.incident_updates.length ? incident.incident_updates[0].body : "";
    card.append(title, text);
    document.getElementById("shell-outages").append(card);
  }
})();
