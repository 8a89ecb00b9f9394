// Selecting words of the document offers a claim made of them.

import { selected } from "./selecting.js";

let pending = 0;

document.addEventListener("selectionchange", () => {
  clearTimeout(pending);
  pending = setTimeout(offer, 120);
});

// Pressing the button must not take the selection away before it is sent.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest(".selection-bar")) event.preventDefault();
});

// Once asked for, the claim's form is what matters.
document.addEventListener("submit", (event) => {
  if (event.target.id === "new-claim-selection") setTimeout(() => (event.target.hidden = true));
});

// Keys that have selected words send them without waiting.
document.addEventListener("claim-selection", () => {
  offer();
  const form = document.getElementById("new-claim-selection");
  if (form && !form.hidden) form.requestSubmit();
});

// After a decision the next mark is chosen, which may stand anywhere.
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx?.target;
  if (target?.id === "room" || event.target.id === "room") document.querySelector("[data-mark][aria-current]")?.scrollIntoView({ block: "nearest" });
});

function offer() {
  const form = document.getElementById("new-claim-selection");
  if (!form || form.contains(document.activeElement)) return;
  const span = selected();
  form.hidden = !span;
  if (!span) return;
  for (const name of ["start", "end", "exact"]) {
    if (form.elements[name]) form.elements[name].value = span[name];
  }
  place(form, span.box);
}

function place(bar, box) {
  const room = document.documentElement.clientWidth - bar.offsetWidth - 8;
  bar.style.left = `${scrollX + Math.max(8, Math.min(box.left, room))}px`;
  bar.style.top = `${scrollY + box.bottom + 8}px`;
}
