// What is selected of a stored text, in its code points: each run says in data-start where it stands there.

const points = (text) => [...text].length;

// The selection without white space at its ends, or null.
export function selected(rooms = "[data-document]") {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const pieces = [];
  for (const room of document.querySelectorAll(rooms)) {
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
  const exact = pieces.map((piece, n) => gap(pieces[n - 1], piece) + piece.text).join("").trim();
  return { start, end, exact, box: range.getBoundingClientRect(), run: first.run };
}

// Paragraphs are parted by line ends that the page does not show.
function gap(before, piece) {
  return before ? "\n".repeat(Math.max(0, piece.start - before.start - points(before.text))) : "";
}

// What the range covers of one run: its text, and where that begins.
function cut(run, range) {
  const inside = document.createRange();
  inside.selectNodeContents(run);
  const before = inside.cloneRange();
  if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0) inside.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0) inside.setEnd(range.endContainer, range.endOffset);
  before.setEnd(inside.startContainer, inside.startOffset);
  return { run, text: inside.toString(), start: Number(run.dataset.start) + points(before.toString()) };
}
