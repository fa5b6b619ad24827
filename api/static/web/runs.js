// The list of runs: counts what is selected, and sends no empty fields, so that an address says only what was asked for.
(() => {
  "use strict";

  const form = document.querySelector("[data-runs]");
  if (!form) return;
  const said = form.querySelector("[data-count]");
  const elsewhere = form.querySelectorAll('input[type="hidden"][name="run"]').length;
  const boxes = [...form.querySelectorAll('input[type="checkbox"][name="run"]')];

  function count() {
    said.textContent = elsewhere + boxes.filter((box) => box.checked).length;
  }

  form.addEventListener("change", count);
  form.addEventListener("submit", (event) => {
    const leaves = event.submitter?.hasAttribute("formaction");
    for (const field of form.querySelectorAll("input, select")) {
      const isDefault = field.value === "" || (field.name === "order" && field.value === "best");
      field.disabled = field.name !== "run" && (leaves || isDefault);
    }
  });
  // The way back shows the page as it was left.
  window.addEventListener("pageshow", () => {
    for (const field of form.querySelectorAll("input, select")) field.disabled = false;
    count();
  });
})();
