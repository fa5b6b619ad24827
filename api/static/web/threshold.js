// The threshold of a run: dragging moves the marks and the figures beside them at once, from counts that came with the
// page; letting go, or typing, brings the metrics, the matrix and the classes at that threshold, and its address.
(() => {
  "use strict";

  const { value: number, count } = window.written;
  // Whoever holds a key down, or presses it again and again, gets one answer, once it rests.
  const REST_MS = 120;
  let resting = 0;
  let asked = null;

  function read(section) {
    const data = section.dataset;
    return {
      steps: JSON.parse(data.steps),
      positives: Number(data.positives),
      negatives: Number(data.negatives),
      low: Number(data.low),
      high: Number(data.high),
      width: Number(data.width),
      side: Number(data.side),
      slider: section.querySelector("[data-threshold-slider]"),
      typed: section.querySelector("[data-threshold-form] input[name=threshold]"),
      says: section.querySelector("[data-threshold-says]"),
    };
  }

  function place(part, name, x, y) {
    const mark = part.querySelector(`[data-mark="${name}"]`);
    if (!mark) return;
    mark.setAttribute("visibility", Number.isFinite(y) ? "visible" : "hidden");
    mark.setAttribute("cx", x);
    mark.setAttribute("cy", Number.isFinite(y) ? y : 0);
  }

  function show(section, parts, threshold, tp, fp) {
    const { positives, negatives, low, high, width, side, says, slider } = parts;
    const recall = tp / positives;
    const rate = fp / negatives;
    const precision = tp / (tp + fp);
    const part = section.parentElement;
    place(part, "roc", rate * side, (1 - recall) * side);
    place(part, "pr", recall * side, (1 - precision) * side);
    const line = part.querySelector('[data-mark="score"]');
    line.setAttribute("visibility", "visible");
    line.setAttribute("transform", `translate(${((threshold - low) / (high - low || 1)) * width} 0)`);
    slider.setAttribute("aria-valuetext", `threshold ${number(threshold)}`);
    says.textContent =
      `Threshold ${number(threshold)}: precision ${number(precision)}, recall ${number(recall)}, ` +
      `F1 ${number((2 * tp) / (tp + fp + positives))}; ${count(tp)} right and ${count(fp)} wrong positives, ` +
      `${count(positives - tp)} missed${section.dataset.weighted ? ", by weight" : ""}.`;
  }

  // The first step that is the threshold or more has the same counts, as far as all scores are steps.
  function stepOf(steps, threshold) {
    const at = steps.findIndex(([score]) => score >= threshold);
    return at < 0 ? steps.length - 1 : at;
  }

  function apply(says, threshold) {
    const address = new URL(window.location.href);
    if (threshold === "") address.searchParams.delete("threshold");
    else address.searchParams.set("threshold", threshold);
    address.searchParams.delete("notice");
    address.hash = "";
    bring(address, (complaint) => {
      says.textContent = complaint;
    });
    return address;
  }

  function settle(section, parts, threshold) {
    parts.slider.max = parts.steps.length - 1;
    parts.slider.value = stepOf(parts.steps, threshold);
    show(section, parts, ...parts.steps[parts.slider.value]);
  }

  // A typed threshold may lie between two steps: what it counts comes with the curves at its address.
  async function refine(section, parts, address, threshold) {
    const curves = new URL(`${document.getElementById("decided").dataset.run}/curves`, address);
    curves.search = address.search;
    const text = parts.typed.value;
    const answer = await fetch(curves, { headers: { Accept: "text/html", "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-threshold]");
    if (!fresh || parts.typed.value !== text) return;
    parts.steps = JSON.parse(fresh.dataset.steps);
    settle(section, parts, threshold);
  }

  // Puts in place what the page of another address says above the curves.
  async function bring(address, complain) {
    clearTimeout(resting);
    const decided = document.getElementById("decided");
    asked?.abort();
    asked = new AbortController();
    decided.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("decided");
      if (!fresh) {
        // The page of the problem says what is wrong with the threshold, or leads to signing in.
        window.location.assign(address);
        return;
      }
      decided.replaceChildren(...fresh.childNodes);
      window.history.replaceState(null, "", address);
      follow(address);
      window.htmx.process(decided);
      document.dispatchEvent(new CustomEvent("decided"));
    } catch (error) {
      if (error.name === "AbortError") return;
      complain("The service does not answer. Try again.");
    }
    decided.removeAttribute("aria-busy");
  }

  // The forms and links outside of what was brought lead on from the present address, too.
  function follow(address) {
    for (const form of document.querySelectorAll("form[data-keeps]")) {
      if (form.method === "post") {
        form.action = form.action.split("?")[0] + address.search;
        continue;
      }
      for (const kept of form.querySelectorAll("input[type=hidden]")) kept.remove();
      const own = new Set([...form.elements].map((field) => field.name));
      for (const [name, value] of address.searchParams) {
        if (own.has(name)) continue;
        const kept = Object.assign(document.createElement("input"), { type: "hidden", name, value });
        form.append(kept);
      }
    }
    for (const link of document.querySelectorAll("a[data-slice]")) {
      const sliced = new URL(address);
      sliced.hash = "";
      if (!sliced.searchParams.getAll("slice").includes(link.dataset.slice))
        sliced.searchParams.append("slice", link.dataset.slice);
      link.href = sliced;
    }
  }

  function start() {
    follow(new URL(window.location.href));
    const section = document.querySelector("[data-threshold]:not([data-started])");
    if (!section) return;
    section.dataset.started = "";
    const parts = read(section);
    const { slider, typed, says } = parts;
    section.querySelector("[data-needs-script]").hidden = false;
    const chosen = Number.parseFloat(typed.value.replace(",", "."));
    if (Number.isFinite(chosen)) settle(section, parts, chosen);
    else slider.value = Math.floor(parts.steps.length / 2);

    slider.addEventListener("input", () => {
      const step = parts.steps[slider.value];
      typed.value = step[0];
      show(section, parts, ...step);
    });
    slider.addEventListener("change", () => {
      clearTimeout(resting);
      resting = setTimeout(() => apply(says, typed.value), REST_MS);
    });
    section.querySelector("[data-threshold-form]").addEventListener("submit", (event) => {
      event.preventDefault();
      const wanted = Number.parseFloat(typed.value.replace(",", "."));
      const address = apply(says, typed.value.trim());
      if (!Number.isFinite(wanted)) return;
      settle(section, parts, wanted);
      if (!parts.steps.some(([score]) => score === wanted)) refine(section, parts, address, wanted);
    });
  }

  // The classes are sorted where they stand; the link would begin at its own place on a new page.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#decided a[data-decides]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    bring(new URL(link.href), () => window.location.assign(link.href)).then(() =>
      document.querySelector("#decided [aria-sort] a")?.focus({ preventScroll: true }),
    );
  });

  document.addEventListener("htmx:after:swap", start);
  start();
})();
