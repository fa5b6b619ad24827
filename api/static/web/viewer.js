// Zoom and pan of the pictures on a page, all of them alike. A picture is enlarged in a box that scrolls, so that lines
// keep their width, and fingers, scroll bars and arrow keys move it as they move anything else.
(() => {
  "use strict";

  const MOST = 40;
  const STEP = 1.4;
  let zoom = 1;
  let leader = null;

  const viewers = () => [...document.querySelectorAll("[data-viewer]")];

  // Where names are larger beside the picture than they were placed for, those that would cover another are left out.
  function hideCovered(svg) {
    const shown = [];
    for (const text of svg.querySelectorAll("text")) {
      const box = text.getBBox();
      const isCovering = shown.some(
        (one) =>
          box.x < one.x + one.width &&
          one.x < box.x + box.width &&
          box.y < one.y + one.height &&
          one.y < box.y + box.height,
      );
      text.setAttribute("visibility", isCovering ? "hidden" : "visible");
      if (!isCovering && box.width) shown.push(box);
    }
  }

  function show() {
    for (const viewer of viewers()) {
      const figure = viewer.querySelector(".overlay");
      figure.style.setProperty("--zoom", zoom);
      const svg = figure.querySelector("svg");
      // Names and points stay as large as they are; twice as large where the picture is small on a phone.
      svg.style.fontSize = `${(svg.viewBox.baseVal.width / Math.max(svg.clientWidth, 1)) * 12}px`;
      hideCovered(svg);
      viewer.classList.toggle("zoomed", zoom > 1);
    }
    for (const output of document.querySelectorAll("[data-zoomed]")) output.textContent = `${Math.round(zoom * 100)} %`;
  }

  // The point of the picture under (x, y) of the window stays where it is; without one, the middle does.
  function zoomTo(wanted, viewer = viewers()[0], x, y) {
    const next = Math.min(Math.max(wanted, 1), MOST);
    if (!viewer || next === zoom) return;
    const box = viewer.getBoundingClientRect();
    const left = (x ?? box.left + box.width / 2) - box.left,
      top = (y ?? box.top + box.height / 2) - box.top;
    const across = (viewer.scrollLeft + left) / viewer.scrollWidth,
      down = (viewer.scrollTop + top) / viewer.scrollHeight;
    zoom = next;
    show();
    leader = viewer;
    viewer.scrollTo({
      left: across * viewer.scrollWidth - left,
      top: down * viewer.scrollHeight - top,
      behavior: "instant",
    });
    follow();
  }

  // Side by side, all show the part that the one shows which was touched last.
  function follow() {
    for (const other of viewers())
      if (other !== leader) other.scrollTo({ left: leader.scrollLeft, top: leader.scrollTop, behavior: "instant" });
  }

  const viewerAt = (event) => event.target.closest?.("[data-viewer]");

  document.addEventListener("click", (event) => {
    const way = event.target.closest?.("[data-zoom]")?.dataset.zoom;
    if (way) zoomTo(way === "fit" ? 1 : way === "in" ? zoom * STEP : zoom / STEP);
  });

  document.addEventListener(
    "wheel",
    (event) => {
      const viewer = viewerAt(event);
      // Who scrolls the page past a picture does not mean it.
      if (!viewer || !(event.ctrlKey || event.metaKey || viewer.contains(document.activeElement))) return;
      event.preventDefault();
      zoomTo(zoom * Math.exp(-Math.max(Math.min(event.deltaY, 200), -200) / 400), viewer, event.clientX, event.clientY);
    },
    { passive: false },
  );

  document.addEventListener("keydown", (event) => {
    const viewer = viewerAt(event);
    if (!viewer || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoomTo(zoom * STEP, viewer);
    else if (event.key === "-") zoomTo(zoom / STEP, viewer);
    else if (event.key === "0") zoomTo(1, viewer);
    else return;
    event.preventDefault();
  });

  // Dragging with a mouse; fingers scroll by themselves.
  let drag = null;
  document.addEventListener("pointerdown", (event) => {
    const viewer = viewerAt(event);
    if (!viewer || event.pointerType !== "mouse" || event.button !== 0) return;
    drag = { viewer, x: event.clientX, y: event.clientY, left: viewer.scrollLeft, top: viewer.scrollTop, moved: false };
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const x = event.clientX - drag.x,
      y = event.clientY - drag.y;
    drag.moved ||= Math.hypot(x, y) > 4;
    if (drag.moved) drag.viewer.scrollTo({ left: drag.left - x, top: drag.top - y, behavior: "instant" });
  });
  document.addEventListener("pointerup", () => {
    if (drag && !drag.moved) drag = null;
  });
  document.addEventListener(
    "click",
    (event) => {
      // The click that ends a drag chooses nothing.
      if (drag?.moved && viewerAt(event)) event.stopPropagation();
      drag = null;
    },
    true,
  );
  document.addEventListener("dragstart", (event) => {
    if (viewerAt(event)) event.preventDefault();
  });
  for (const type of ["pointerdown", "wheel", "keydown"])
    document.addEventListener(
      type,
      (event) => {
        leader = viewerAt(event) ?? leader;
      },
      { capture: true, passive: true },
    );
  document.addEventListener(
    "scroll",
    (event) => {
      if (event.target === leader) follow();
    },
    true,
  );
  window.addEventListener("resize", show);
  document.addEventListener("htmx:after:swap", show);
  show();
})();
