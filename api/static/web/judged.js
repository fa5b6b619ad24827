"use strict";

// An image of a detection run: what its boxes count as follows the confidence, and arrow keys lead to its neighbours.

const slider = document.querySelector("[data-least]");
const boxes = [...document.querySelectorAll("[data-judged]")];
// An object has one label for wide screens and one for narrow ones, where there is room.
const labels = [...document.querySelectorAll(".labels")].map(
  (group) => new Map([...group.children].map((label) => [label.dataset.label, label])),
);
const rows = [...document.querySelectorAll("[data-row]")];

// The same rule as `standing` of the program.
function standing(box, least) {
  if (!box.counted) {
    return "uncounted";
  }
  if (!box.truth) {
    return box.right ? "TP" : "FP";
  }
  return box.foundAt === "" || Number(box.foundAt) < least ? "FN" : "found";
}

function draw() {
  const least = Number(slider.value);
  const counts = { TP: 0, FP: 0, FN: 0 };
  boxes.forEach((group, at) => {
    const box = group.dataset;
    const name = standing(box, least);
    const isShown = box.confidence === "" || Number(box.confidence) >= least;
    for (const part of [group, ...labels.map((places) => places.get(box.judged))]) {
      part?.classList.remove("TP", "FP", "FN", "found", "uncounted");
      part?.classList.add(name);
      part?.toggleAttribute("hidden", !isShown);
    }
    rows[at].hidden = !isShown;
    const badge = rows[at].querySelector("[data-standing]");
    badge.textContent = name;
    badge.className = `badge judged-${name.toLowerCase()}`;
    if (isShown && name in counts) {
      counts[name] += 1;
    }
  });
  document.querySelector("[data-shown-least]").textContent = least.toFixed(2);
  for (const [name, count] of Object.entries(counts)) {
    document.querySelector(`[data-count="${name}"]`).textContent = String(count);
  }
}

// The rules of a matrix match anew at every confidence: such an image has no slider.
slider?.addEventListener("input", draw);
rows.forEach((row, at) => {
  row.addEventListener("pointerenter", () => boxes[at].classList.add("pointed-at"));
  row.addEventListener("pointerleave", () => boxes[at].classList.remove("pointed-at"));
});
slider?.closest("[data-scripted]").toggleAttribute("hidden", false);

document.addEventListener("keydown", (event) => {
  if (
    event.target.closest('input, select, textarea, [tabindex="0"]') ||
    event.ctrlKey ||
    event.altKey ||
    event.metaKey
  ) {
    return;
  }
  document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});
