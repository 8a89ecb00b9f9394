// Selecting words of an exhibit's text quotes them in the form beside it, character for character, and says where
// they stand. What somebody typed themselves is never written over.

import { selected } from "./selecting.js";

let pending = 0;

document.addEventListener("selectionchange", () => {
  clearTimeout(pending);
  pending = setTimeout(quote, 150);
});

function quote() {
  const field = document.querySelector("[name=quote]");
  const span = field && selected("[data-exhibit-text]");
  if (!span) return;
  fill(field, span.exact);
  const where = field.form.elements.where;
  if (where) fill(where, place(span.run));
}

// Only what is empty, or what was filled in here and left as it was.
function fill(field, words) {
  if (field.value && field.value !== field.dataset.filled) return;
  field.value = field.dataset.filled = words;
}

function place(run) {
  const words = [];
  const marks = [...document.querySelectorAll("[data-exhibit-text] [data-page]")];
  const before = marks.filter((mark) => mark.compareDocumentPosition(run) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (before.length) words.push(before.at(-1).dataset.page);
  const paragraph = run.closest("[data-paragraph]")?.dataset.paragraph;
  if (paragraph) words.push(`par. ${paragraph}`);
  return words.join(", ");
}
