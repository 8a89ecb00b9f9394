// Keys are shown where they work: pressing "e" clicks whatever says data-key="e".
// Who speaks to the machine, or has keys of their own, switches them off (WCAG 2.1.4); the browser remembers it.

const root = document.documentElement;
const box = document.getElementById("keys");
const switched = document.getElementById("keys-on");

const seen = (element) => element.checkVisibility({ visibilityProperty: true });
const keyed = () => [...document.querySelectorAll("[data-key]")].filter(seen);
const steps = () => [...new Set([...document.querySelectorAll("[data-mark]")].filter(seen).map((mark) => mark.dataset.mark))];
const typing = (element) => element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

// Where several say the same key, it is that of the row with the focus, or of the marked one.
const nearest = (all) => all.find((element) => element.closest("[data-mark]:focus-within")) ?? all.find((element) => element.closest("[data-mark][aria-current]")) ?? all[0];

document.addEventListener("keydown", (event) => {
  if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const key = event.key.toLowerCase();
  // What has the focus keeps its Enter: it opens a link, and presses a button.
  if (key === "enter" && !event.target.matches("body, main")) return;
  const found = nearest(keyed().filter((element) => element.dataset.key === key));
  if (found) {
    if (found.matches("input, textarea, select")) found.focus();
    else found.click();
  } else if (key === "?") box?.togglePopover();
  else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  if (link) choose(link.dataset.open);
});

function step(by) {
  const all = steps();
  const current = document.querySelector("[data-mark][aria-current]")?.dataset.mark;
  const next = current === undefined ? (by > 0 ? 0 : all.length - 1) : all.indexOf(current) + by;
  if (!(next in all)) return;
  choose(all[next]);
  const key = CSS.escape(all[next]);
  const opens = document.querySelector(`a[data-open="${key}"]`);
  // In a list of pages nothing opens by being walked over: its link takes the focus, and Enter opens it.
  if (opens) opens.click();
  else document.querySelector(`[data-mark="${key}"] a`)?.focus();
}

function choose(key) {
  for (const mark of document.querySelectorAll("[data-mark]")) {
    if (mark.dataset.mark === key) mark.setAttribute("aria-current", "true");
    else mark.removeAttribute("aria-current");
  }
  document.querySelector("[data-mark][aria-current]")?.scrollIntoView({ block: "nearest" });
}

function remembered() {
  try {
    return localStorage.getItem("keys");
  } catch {
    return null; // A browser may refuse to keep anything.
  }
}

function set(state) {
  root.dataset.keys = state;
  if (switched) switched.checked = state === "on";
}

set(remembered() === "off" ? "off" : "on");
document.getElementById("keys-button")?.removeAttribute("hidden");

switched?.addEventListener("change", () => {
  set(switched.checked ? "on" : "off");
  try {
    localStorage.setItem("keys", root.dataset.keys);
  } catch {
    // Then it holds for this page alone.
  }
  list();
});

// Another window of the same browser follows.
addEventListener("storage", (event) => {
  if (event.key === "keys") set(event.newValue === "off" ? "off" : "on");
});

box?.addEventListener("beforetoggle", (event) => {
  if (event.newState === "open") list();
});
box?.addEventListener("toggle", (event) => {
  if (event.newState === "open") switched?.focus();
});

function list() {
  const words = (element) => element.dataset.keyLabel || element.getAttribute("aria-label") || [...element.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent).join("").trim();
  const rows = keyed().map((element) => [element.dataset.key, words(element)]);
  if (steps().length) rows.push(["j", box.dataset.stepLabel], ["k", box.dataset.backLabel]);
  rows.push(["?", box.dataset.helpLabel]);
  const lines = [...new Map(rows.reverse())].reverse().flatMap(([key, label]) => {
    const term = document.createElement("dt");
    const kbd = term.appendChild(document.createElement("kbd"));
    const meaning = document.createElement("dd");
    kbd.textContent = key[0].toUpperCase() + key.slice(1);
    meaning.textContent = label;
    return [term, meaning];
  });
  box.querySelector("dl").replaceChildren(...lines);
}
