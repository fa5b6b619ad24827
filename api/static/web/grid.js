// The heat map and curves: arrow keys from cell to cell and from point to point, and, where cells are too many to be
// links, which one is pointed at.
(() => {
  "use strict";

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });

  // Small matrices: every cell is a link; one of them is in the order of Tab, the arrow keys go on from there.
  function linked(links) {
    const size = Math.round(Math.sqrt(links.length));
    const said = document.getElementById("pointed");
    links.forEach((link, i) => {
      link.tabIndex = i ? -1 : 0;
      link.addEventListener("focus", () => {
        said.textContent = link.getAttribute("aria-label");
      });
      link.addEventListener("mouseenter", () => {
        said.textContent = link.getAttribute("aria-label");
      });
      link.addEventListener("click", () => {
        for (const other of links) other.classList.toggle("chosen", other === link);
      });
      link.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -size, ArrowDown: size }[event.key];
        if (event.key === "Enter") {
          event.preventDefault();
          link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
        }
        if (!step) return;
        event.preventDefault();
        const next = links[i + step];
        if (!next || (Math.abs(step) === 1 && Math.floor(i / size) !== Math.floor((i + step) / size))) return;
        link.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      });
    });
  }

  // A curve: one of its points is in the order of Tab, the arrow keys go on from there.
  function strung(points) {
    points.forEach((point, i) => {
      point.setAttribute("tabindex", i ? "-1" : "0");
      point.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
        const next = { Home: points[0], End: points[points.length - 1] }[event.key] || points[i + step];
        if (!next) return;
        event.preventDefault();
        point.setAttribute("tabindex", "-1");
        next.setAttribute("tabindex", "0");
        next.focus();
      });
    });
  }

  function pointed(box) {
    const svg = box.querySelector("svg");
    const cursor = svg.querySelector(".cursor");
    const said = document.getElementById("pointed");
    const order = box.dataset.order.split(",").map(Number);
    const labels = JSON.parse(box.dataset.labels);
    const counts = JSON.parse(box.dataset.counts);
    const left = Number(box.dataset.left),
      top = Number(box.dataset.top),
      cell = Number(box.dataset.cell);
    let at = null;

    function show(row, column) {
      // A mouse that moves within a cell changes nothing.
      if (at && at[0] === row && at[1] === column) return;
      at = [row, column];
      const count = window.written.count(counts[row][column]);
      const samples = `${count} ${count === "1" ? "sample" : "samples"}`;
      const held = "weighted" in box.dataset ? `weight ${count}` : samples;
      said.textContent = `Actual ${labels[row]}, predicted ${labels[column]}: ${held}`;
      cursor.setAttribute("x", column * cell);
      cursor.setAttribute("y", row * cell);
      cursor.setAttribute("visibility", "visible");
    }

    function under(event) {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const row = Math.floor((point.y - top) / cell),
        column = Math.floor((point.x - left) / cell);
      return row >= 0 && column >= 0 && row < order.length && column < order.length ? [row, column] : null;
    }

    function open() {
      if (!at) return;
      const url = `${box.dataset.base}/samples?row=${order[at[0]]}&column=${order[at[1]]}${box.dataset.query}`;
      window.htmx.ajax("GET", url, { target: "#samples", swap: "innerHTML" });
    }

    svg.addEventListener("mousemove", (event) => {
      const place = under(event);
      if (place) show(...place);
    });
    svg.addEventListener("click", (event) => {
      const place = under(event);
      if (place) {
        show(...place);
        open();
      }
    });
    box.addEventListener("keydown", (event) => {
      const [row, column] = at ?? [0, 0];
      const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
      if (event.key === "Enter") {
        event.preventDefault();
        open();
        return;
      }
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      const limit = (place) => Math.max(0, Math.min(order.length - 1, place));
      show(limit(row + step[0]), limit(column + step[1]));
    });
  }

  function start() {
    const links = [...document.querySelectorAll("a[data-cell]")];
    if (links.length) linked(links);
    strung([...document.querySelectorAll("a[data-point]")]);
    const box = document.querySelector("[data-grid]");
    if (box) pointed(box);
  }

  // Another threshold brings another matrix.
  document.addEventListener("decided", start);
  start();
})();
