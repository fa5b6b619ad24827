// The overlay and the list of what was found, linked both ways, by mouse and by keyboard; which layers are shown is
// kept by the browser.
(() => {
  "use strict";

  const KEPT = "evalserve.layers";
  const kept = read();
  const hidden = new Set(kept.hidden);
  let opacity = kept.opacity;
  let chosen = null;

  function read() {
    try {
      const found = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
      return { hidden: Array.isArray(found.hidden) ? found.hidden : [], opacity: String(Number(found.opacity) || 50) };
    } catch {
      return { hidden: [], opacity: "50" };
    }
  }

  function keep() {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ hidden: [...hidden], opacity }));
    } catch {
      /* not kept, then */
    }
  }

  const shapeOf = (id) => document.querySelector(`[data-shape="${CSS.escape(id)}"]`);
  const foundOf = (id) => document.querySelector(`[data-found="${CSS.escape(id)}"]`);
  const idOf = (target) =>
    target.closest?.("[data-shape]")?.dataset.shape ?? target.closest?.("[data-found]")?.dataset.found;

  function mark(name, id) {
    const partner = id === null ? undefined : shapeOf(id)?.dataset.partner;
    for (const one of document.querySelectorAll("[data-shape], [data-found]")) {
      const own = one.dataset.shape ?? one.dataset.found;
      one.classList.toggle(name, own === id || (partner !== undefined && own === partner));
      if (name === "chosen" && "found" in one.dataset) one.setAttribute("aria-pressed", String(own === id));
    }
  }

  // Scrolls the box around it, and nothing else.
  function reveal(element, box) {
    if (!element || !box) return;
    const one = element.getBoundingClientRect(),
      all = box.getBoundingClientRect();
    if (one.left < all.left || one.right > all.right)
      box.scrollLeft += (one.left + one.right - all.left - all.right) / 2;
    if (one.top < all.top || one.bottom > all.bottom)
      box.scrollTop += (one.top + one.bottom - all.top - all.bottom) / 2;
  }

  function choose(id) {
    chosen = id;
    mark("chosen", id);
    const shape = id === null ? null : shapeOf(id),
      found = id === null ? null : foundOf(id);
    reveal(shape, shape?.closest("[data-viewer]"));
    reveal(found, found?.closest("[data-list]"));
    document.querySelector("[data-said]").textContent = found?.textContent.trim().replace(/\s+/g, " ") ?? "";
  }

  function step(by) {
    // What a layer's switch hides is passed over.
    const ids = [...document.querySelectorAll("[data-found]")]
      .map((found) => found.dataset.found)
      .filter((id) => (shapeOf(id)?.getClientRects().length ?? 0) > 0);
    if (!ids.length) return;
    const place = ids.indexOf(chosen);
    choose(ids[place < 0 ? (by > 0 ? 0 : ids.length - 1) : (place + by + ids.length) % ids.length]);
  }

  function apply() {
    const root = document.documentElement;
    root.style.setProperty("--opacity", Number(opacity) / 100);
    for (const box of document.querySelectorAll("[data-toggle]")) {
      box.checked = !hidden.has(box.dataset.toggle);
      root.classList.toggle(`without-${box.dataset.toggle}`, !box.checked);
    }
    for (const slider of document.querySelectorAll("[data-opacity]")) slider.value = opacity;
    for (const tools of document.querySelectorAll("[data-tools]")) tools.hidden = false;
    mark("chosen", chosen);
  }

  document.addEventListener("click", (event) => {
    const id = idOf(event.target);
    if (id) choose(id === chosen ? null : id);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const found = event.target.closest?.("[data-found]"),
      viewer = event.target.closest?.("[data-viewer]");
    if (found && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const all = [...document.querySelectorAll("[data-found]")];
      all[all.indexOf(found) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else if (found && event.key === "Escape") {
      (shapeOf(found.dataset.found)?.closest("[data-viewer]") ?? document.querySelector("[data-viewer]")).focus();
    } else if (viewer && event.key.toLowerCase() === "n") step(1);
    else if (viewer && event.key.toLowerCase() === "p") step(-1);
    else if (viewer && event.key === "Escape") choose(null);
    else if (viewer && event.key === "Enter" && chosen !== null) foundOf(chosen)?.focus();
    else return;
    event.preventDefault();
  });

  // What is pointed at, or has the focus, shows on the other side.
  for (const type of ["mouseover", "focusin"])
    document.addEventListener(type, (event) => mark("pointed-at", idOf(event.target) ?? null));

  document.addEventListener("change", (event) => {
    const kind = event.target.dataset?.toggle;
    if (!kind) return;
    if (event.target.checked) hidden.delete(kind);
    else hidden.add(kind);
    keep();
    apply();
  });
  document.addEventListener("input", (event) => {
    if (!("opacity" in (event.target.dataset ?? {}))) return;
    opacity = event.target.value;
    keep();
    apply();
  });
  document.addEventListener("htmx:after:swap", apply);
  apply();
})();
