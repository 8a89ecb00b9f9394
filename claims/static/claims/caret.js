// Words are selected by keys alone: a caret that always holds a word, moved by word and by sentence.
// It moves the browser's own selection, so all that a selection offers is offered here too.

const root = document.documentElement;
const button = document.getElementById("caret-button");
const bar = document.getElementById("caret");
const said = document.getElementById("caret-words");

let from = null; // where the selection was begun, and where it stands now: words as [paragraph, start, end]
let at = null;

const room = () => document.querySelector("[data-document]");
const on = () => Boolean(from);
const paragraphs = () => [...room().querySelectorAll("p")].filter((each) => each.querySelector("[data-start]"));
const cutters = new Map();
const cut = (unit, text) => [...cutter(unit).segment(text)];

button?.removeAttribute("hidden");
button?.addEventListener("click", () => (on() ? leave() : enter()));

function cutter(unit) {
  const language = room().lang || "en";
  const key = `${unit} ${language}`;
  if (!cutters.has(key)) {
    let made;
    try {
      made = new Intl.Segmenter(language, { granularity: unit });
    } catch {
      made = new Intl.Segmenter("en", { granularity: unit }); // The document names a language that is none.
    }
    cutters.set(key, made);
  }
  return cutters.get(key);
}

// The pieces of a paragraph's own text, each a node with where it begins; signs of pages hold none.
function pieces(paragraph) {
  const found = [];
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  let start = 0;
  for (let node; (node = walker.nextNode()); start += node.data.length) found.push({ node, start });
  return found;
}

function spans(paragraph, unit) {
  const text = paragraph.textContent;
  const words = cut(unit, text).map((each) => {
    const bare = each.segment.trimEnd();
    return { paragraph, start: each.index, end: each.index + bare.length, worded: each.isWordLike ?? bare !== "" };
  });
  const worded = words.filter((each) => each.worded);
  return worded.length ? worded : words.filter((each) => each.end > each.start).slice(0, 1);
}

function point(paragraph, offset, ending) {
  const all = pieces(paragraph);
  const found = all.findLast((each) => (ending ? each.start < offset : each.start <= offset)) ?? all[0];
  return [found.node, Math.min(offset - found.start, found.node.data.length)];
}

// Which of two places comes first in the text.
function order(one, other) {
  if (one.paragraph === other.paragraph) return one.start - other.start;
  return one.paragraph.compareDocumentPosition(other.paragraph) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
}

function enter() {
  from = at = beginning();
  if (!at) return;
  const text = room();
  text.tabIndex = -1;
  text.setAttribute("role", "application"); // Or a screen reader keeps the arrows for itself.
  text.setAttribute("aria-label", button.textContent.replace(/\s+V$/, "").trim());
  text.focus({ preventScroll: true });
  button.ariaPressed = "true";
  bar.hidden = false;
  show();
}

function leave() {
  from = at = null;
  const text = room();
  for (const name of ["role", "aria-label", "tabindex"]) text?.removeAttribute(name);
  button.ariaPressed = "false";
  bar.hidden = true;
  getSelection().removeAllRanges();
  said.textContent = bar.dataset.leave;
  button.focus({ preventScroll: true });
}

// Where one begins: at what is selected or chosen already, or at the first words in sight.
function beginning() {
  const selection = getSelection();
  const near = selection.rangeCount && !selection.isCollapsed ? selection.anchorNode.parentElement : room().querySelector("[aria-current] [data-start]");
  const paragraph = near?.closest("[data-document] p") ?? paragraphs().find((each) => each.getBoundingClientRect().bottom > 80);
  if (!paragraph) return null;
  const words = spans(paragraph, "word");
  const piece = pieces(paragraph).find((each) => near?.contains(each.node));
  const start = piece ? piece.start + (selection.anchorNode === piece.node ? selection.anchorOffset : 0) : 0;
  return words.find((each) => each.end > start) ?? words.at(-1);
}

// The word or sentence that begins before or behind a place, over the ends of paragraphs.
function beside(place, unit, step) {
  const all = spans(place.paragraph, unit);
  const found = step > 0 ? all.find((each) => each.start > place.start) : all.findLast((each) => each.start < place.start);
  if (found) return found;
  const texts = paragraphs();
  const next = texts[texts.indexOf(place.paragraph) + step];
  return next && (step > 0 ? spans(next, unit)[0] : spans(next, unit).at(-1));
}

const sentence = (place) => spans(place.paragraph, "sentence").findLast((each) => each.start <= place.start) ?? place;
const first = (span) => spans(span.paragraph, "word").find((each) => each.start >= span.start) ?? span;

function move(unit, step, extends_) {
  let next = beside(at, unit, step);
  if (!next) return;
  if (unit === "sentence" && !extends_) next = first(next);
  // Forwards a selection grows to the sentence's end: first that of the sentence one stands in.
  if (unit === "sentence" && extends_ && step > 0 && sentence(at).end > at.end) next = sentence(at);
  at = next;
  if (!extends_) from = at;
  show();
}

function show() {
  const [head, tail] = order(from, at) <= 0 ? [from, at] : [at, from];
  const end = head.paragraph === tail.paragraph ? Math.max(head.end, tail.end) : tail.end;
  const back = order(from, at) > 0;
  const ends = [point(head.paragraph, head.start, false), point(tail.paragraph, end, true)];
  const [anchor, focus] = back ? [ends[1], ends[0]] : ends;
  getSelection().setBaseAndExtent(...anchor, ...focus);
  said.textContent = getSelection().toString();
  keepInSight(...focus);
}

function keepInSight(node, offset) {
  const here = document.createRange();
  here.setStart(node, Math.max(0, offset - 1));
  here.setEnd(node, Math.max(offset, 1));
  const box = here.getBoundingClientRect();
  // On a narrow screen what is chosen lies over the text.
  const over = document.querySelector("#claim.chosen");
  const covered = over && getComputedStyle(over).position === "sticky" ? over.getBoundingClientRect().top : innerHeight;
  const floor = Math.min(covered, innerHeight - 80) - 50;
  if (box.top < 90 || box.bottom > floor) scrollBy(0, box.bottom - Math.max(120, floor / 2));
}

const turned = (key) => getComputedStyle(at.paragraph).direction === "rtl" ? { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" }[key] ?? key : key;

const acts = {
  ArrowRight: (event) => move(event.ctrlKey || event.altKey ? "sentence" : "word", 1, event.shiftKey),
  ArrowLeft: (event) => move(event.ctrlKey || event.altKey ? "sentence" : "word", -1, event.shiftKey),
  ArrowDown: (event) => move("sentence", 1, event.shiftKey),
  ArrowUp: (event) => move("sentence", -1, event.shiftKey),
  Escape: leave,
  Enter: () => document.dispatchEvent(new CustomEvent("claim-selection")),
  s: () => {
    from = sentence(at);
    at = from;
    show();
  },
};

// Before everybody else hears of it: these keys mean something else while words are selected.
document.addEventListener("keydown", (event) => {
  if (!on() || event.isComposing || event.target !== room()) return;
  if (!from.paragraph.isConnected) from = at = beginning(); // The text came anew.
  const key = event.key.length === 1 ? event.key.toLowerCase() : turned(event.key);
  if (!(key in acts) || (key.length === 1 && (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey))) return;
  event.preventDefault();
  event.stopPropagation();
  acts[key](event);
}, true);

// Whoever goes elsewhere, by a click or to the claim's form, has left.
document.addEventListener("focusin", (event) => {
  if (!on() || event.target === room() || event.target.closest(".selection-bar")) return;
  from = at = null;
  for (const name of ["role", "aria-label", "tabindex"]) room()?.removeAttribute(name);
  button.ariaPressed = "false";
  bar.hidden = true;
});
