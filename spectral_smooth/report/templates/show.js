"use strict";
(async () => {
  const {document: pictures, roots} = JSON.parse(document.getElementById("pictures").textContent);
  const item = {docid: "report", roots, root_ids: Object.keys(roots)};
  await Bokeh.embed.embed_items({report: pictures}, [item]);

  const shown = () => Object.values(Bokeh.index)
    .map((view) => ({view, place: document.getElementById(roots[view.model.id])}))
    .filter(({place}) => place !== null);

  // As many columns as the longest name of a legend leaves room for, on a wide page four.
  const fit = () => {
    for (const {view, place} of shown()) {
      for (const legend of view.model.above.filter((one) => one.type === "Legend")) {
        const widest = Math.max(...legend.items.map((item) => String(item.label?.value ?? "").length));
        const most = place.clientWidth < 800 ? 2 : 4;
        legend.ncols = Math.max(1, Math.min(most, Math.floor(place.clientWidth / (40 + 6.2 * widest))));
      }
    }
  };
  fit();
  window.addEventListener("resize", fit);

  // Interactive pictures keep the width of the screen; paper gets still copies that shrink with the page.
  const clear = () => document.querySelectorAll(".plot > .still").forEach((still) => still.remove());
  window.addEventListener("beforeprint", () => {
    clear();
    for (const {view, place} of shown()) {
      const still = view.export("png", false).canvas;
      still.className = "still";
      still.removeAttribute("style");
      place.append(still);
    }
  });
  window.addEventListener("afterprint", clear);
  document.documentElement.dataset.pictures = "shown";
})();
