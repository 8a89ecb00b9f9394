// Selecting words of the document offers a claim made of them. Offsets go to the server in code points of
// the stored text: each run says in data-start where its first character stands there.

const points = (text) => [...text].length;
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

// The selection as a span of the stored text without white space at its ends, or null.
function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const pieces = [];
  for (const room of document.querySelectorAll("[data-document]")) {
    if (!range.intersectsNode(room)) continue;
    for (const run of room.querySelectorAll("[data-start]")) {
      const piece = range.intersectsNode(run) && cut(run, range);
      if (piece && piece.text.trim()) pieces.push(piece);
    }
  }
  if (!pieces.length) return null;
  const first = pieces[0];
  const last = pieces.at(-1);
  const start = first.start + points(first.text) - points(first.text.trimStart());
  const end = last.start + points(last.text.trimEnd());
  const exact = pieces.map((piece) => piece.text).join("").trim();
  return { start, end, exact, box: range.getBoundingClientRect() };
}

// What the range covers of one run: its text, and where that begins.
function cut(run, range) {
  const inside = document.createRange();
  inside.selectNodeContents(run);
  const before = inside.cloneRange();
  if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0) inside.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0) inside.setEnd(range.endContainer, range.endOffset);
  before.setEnd(inside.startContainer, inside.startOffset);
  return { text: inside.toString(), start: Number(run.dataset.start) + points(before.toString()) };
}

function place(bar, box) {
  const room = document.documentElement.clientWidth - bar.offsetWidth - 8;
  bar.style.left = `${scrollX + Math.max(8, Math.min(box.left, room))}px`;
  bar.style.top = `${scrollY + box.bottom + 8}px`;
}
