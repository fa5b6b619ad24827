// What every page does beside htmx: times in the reader's zone, questions before what cannot be undone, copying.
(() => {
  "use strict";

  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

  function localise(root) {
    for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.getTime())) continue;
      time.textContent = format.format(moment);
      time.title = time.dateTime;
      time.dataset.local = "";
    }
  }

  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyFromField(text);
    button.textContent = "Copied";
  });

  // Browsers offer a clipboard over HTTPS and on this machine only; a port that is published without it has this way.
  function copyFromField(text) {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  // Another row of fields like the last one, empty.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-repeat]");
    if (!button) return;
    const rows = button.form.querySelectorAll(button.dataset.repeat);
    const last = rows[rows.length - 1];
    const row = last.cloneNode(true);
    for (const field of row.querySelectorAll("input, select")) field.value = "";
    last.after(row);
    row.querySelector("input, select").focus();
    button.disabled = rows.length + 1 >= Number(button.dataset.atMost);
  });

  // The style shows a skeleton where the answer will stand, once it has taken a moment; polling shows nothing.
  function mark(event, isBusy) {
    const { target, sourceElement } = event.detail.ctx;
    if (sourceElement.getAttribute("hx-trigger")?.startsWith("every")) return;
    if (isBusy) target.setAttribute("aria-busy", "true");
    else target.removeAttribute("aria-busy");
  }

  document.addEventListener("htmx:before:request", (event) => mark(event, true));
  document.addEventListener("htmx:finally:request", (event) => mark(event, false));
  document.addEventListener("htmx:after:swap", () => localise(document));
  document.addEventListener("DOMContentLoaded", () => {
    localise(document);
    for (const button of document.querySelectorAll("[data-repeat]")) button.hidden = false;
  });
})();
