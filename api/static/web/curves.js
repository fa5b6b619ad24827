// The slider of the thresholds: moves the marks on both curves and fills the matrix; the counts come with the page.
(() => {
  "use strict";

  const section = document.querySelector("[data-steps]");
  if (!section) return;
  const SIDE = 400;
  const steps = JSON.parse(section.dataset.steps);
  const slider = document.getElementById("slider");
  const text = (id, value) => {
    document.getElementById(id).textContent = value;
  };
  const { value: number, count } = window.written;

  function mark(name, x, y) {
    const circle = document.querySelector(`[data-mark="${name}"]`);
    circle.setAttribute("visibility", y === null ? "hidden" : "visible");
    circle.setAttribute("cx", x * SIDE);
    circle.setAttribute("cy", (1 - (y ?? 0)) * SIDE);
  }

  function show() {
    const [threshold, tp, fp, fn, tn] = steps[Number(slider.value)];
    const recall = tp / (tp + fn),
      fpr = fp / (fp + tn),
      precision = tp + fp > 0 ? tp / (tp + fp) : null;
    slider.setAttribute("aria-valuetext", `threshold ${number(threshold)}`);
    text("threshold", number(threshold));
    text("tp", count(tp));
    text("fp", count(fp));
    text("fn", count(fn));
    text("tn", count(tn));
    text("recall", number(recall));
    text("precision", number(precision));
    text("fpr", number(fpr));
    mark("roc", fpr, recall);
    mark("pr", recall, precision);
  }

  slider.addEventListener("input", show);
  show();
})();
