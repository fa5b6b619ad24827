// Ctrl-K finds anything: a dialog with what the page of the search answers; arrows, Enter and Escape do the rest.
(() => {
  "use strict";

  const dialog = document.getElementById("search");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const results = dialog.querySelector("[data-results]");
  const WAIT_MS = 120;
  let waiting = 0;
  let asked = null;
  let shown = null;

  async function ask() {
    const text = input.value;
    clearTimeout(waiting);
    asked?.abort();
    asked = new AbortController();
    try {
      const address = `/app/search?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
      // Whoever was signed out meanwhile goes on at the page.
      if (answer.headers.get("HX-Redirect")) window.location.assign(address);
      else results.innerHTML = await answer.text();
      shown = text;
    } catch (error) {
      if (error.name !== "AbortError") results.textContent = "The service does not answer. Try again.";
    }
  }

  function open() {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    ask();
  }

  function move(step) {
    const places = [input, ...results.querySelectorAll("a")];
    const at = places.indexOf(document.activeElement);
    places[Math.max(0, Math.min(places.length - 1, at + step))].focus();
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-search]")) {
      event.preventDefault();
      open();
    } else if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    move(step);
  });
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    // Whoever types faster than the service answers opens what was typed, not what is still shown.
    if (shown !== input.value) await ask();
    if (shown === input.value) results.querySelector("a")?.click();
  });
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT_MS);
  });
})();
