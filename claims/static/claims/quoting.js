// Selected words of an exhibit are quoted in the form; what is typed is never written over.

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
  if (field.form.elements.where) fill(field.form.elements.where, place(span.run));
}

function fill(field, words) {
  if (!field.value || field.value === field.dataset.filled) field.value = field.dataset.filled = words;
}

function place(run) {
  const marks = [...document.querySelectorAll("[data-exhibit-text] [data-page]")];
  const page = marks.findLast((mark) => mark.compareDocumentPosition(run) & 4)?.dataset.page;
  const paragraph = run.closest("[data-paragraph]")?.dataset.paragraph;
  return [page, paragraph && `par. ${paragraph}`].filter(Boolean).join(", ");
}
