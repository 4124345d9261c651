"use strict";
(async () => {
  const {document: pictures, roots} = JSON.parse(document.getElementById("pictures").textContent);
  const item = {docid: "report", roots, root_ids: Object.keys(roots)};
  await Bokeh.embed.embed_items({report: pictures}, [item]);
  document.documentElement.dataset.pictures = "shown";

  // Interactive pictures keep the width of the screen; paper gets still copies that shrink with the page.
  const stills = () => document.querySelectorAll(".plot > .still");
  window.addEventListener("beforeprint", () => {
    stills().forEach((still) => still.remove());
    for (const view of Object.values(Bokeh.index)) {
      const place = document.getElementById(roots[view.model.id]);
      if (place === null) continue;
      const still = view.export("png", false).canvas;
      still.className = "still";
      still.removeAttribute("style");
      place.append(still);
    }
  });
  window.addEventListener("afterprint", () => stills().forEach((still) => still.remove()));
})();
