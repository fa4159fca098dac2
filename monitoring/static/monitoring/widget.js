// <script src="https://…/static/monitoring/widget.js" data-code="26010" data-lang="tr" async></script>
// puts the status of one municipality (without data-code: of the country) where it stands, in a frame.
(() => {
  const own = document.currentScript;
  const home = new URL(own.src).origin;
  const code = /^\d{5}$/.test(own.dataset.code || "") ? `${own.dataset.code}/` : "";
  const language = own.dataset.lang === "en" ? "en" : "tr";
  const frame = document.createElement("iframe");
  frame.src = `${home}/status/${code}widget/?lang=${language}`;
  frame.title = language === "en" ? "Platform status" : "Platform durumu";
  frame.width = own.dataset.width || "100%";
  frame.height = own.dataset.height || "200";
  frame.loading = "lazy";
  frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
  own.after(frame);
})();
