// The overlay and the list of what was found, linked both ways; what is shown of it, kept while the page refreshes.
(() => {
  "use strict";

  const chosen = new Set();
  const hidden = new Set();
  let opacity = "60";

  function mark() {
    for (const shape of document.querySelectorAll("[data-shape]")) shape.classList.toggle("chosen", chosen.has(shape.dataset.shape));
    for (const found of document.querySelectorAll("[data-found]")) {
      const is = chosen.has(found.dataset.found);
      found.classList.toggle("chosen", is);
      found.setAttribute("aria-pressed", String(is));
    }
  }

  function apply() {
    mark();
    for (const figure of document.querySelectorAll(".overlay")) {
      figure.style.setProperty("--opacity", String(Number(opacity) / 100));
      for (const kind of ["bounding_box", "segmentation", "keypoint", "heatmap"]) figure.classList.toggle(`without-${kind}`, hidden.has(kind));
    }
    for (const box of document.querySelectorAll("[data-toggle]")) box.checked = !hidden.has(box.dataset.toggle);
    for (const slider of document.querySelectorAll("[data-opacity]")) slider.value = opacity;
  }

  const idOf = (target) => target.closest?.("[data-shape]")?.dataset.shape ?? target.closest?.("[data-found]")?.dataset.found;

  document.addEventListener("click", (event) => {
    const id = idOf(event.target);
    if (!id) return;
    const was = chosen.has(id);
    chosen.clear();
    if (!was) chosen.add(id);
    mark();
    if (event.target.closest("[data-shape]")) document.querySelector(`[data-found="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("change", (event) => {
    const kind = event.target.dataset?.toggle;
    if (!kind) return;
    if (event.target.checked) hidden.delete(kind); else hidden.add(kind);
    apply();
  });
  document.addEventListener("input", (event) => {
    if (!("opacity" in (event.target.dataset ?? {}))) return;
    opacity = event.target.value;
    apply();
  });
  document.addEventListener("htmx:after:swap", apply);
  apply();
})();
