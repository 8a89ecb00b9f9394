// While a name is typed after an @, the people it could be are offered below the text.
// Without this file the name is typed in full, and the server finds whose it is.

const WAIT = 120; // after a letter
const TYPED = /(^|[^\w.@])@([^\n@]{0,40})$/u;

let list = null; // the open list: { box, area, people, chosen, start }
let timer;
let asked = 0;

document.addEventListener("input", (event) => {
  const area = event.target;
  if (!area.matches?.("textarea[data-mentions]")) return;
  clearTimeout(timer);
  timer = setTimeout(look, WAIT, area);
});

async function look(area) {
  const before = area.value.slice(0, area.selectionStart);
  const found = TYPED.exec(before);
  const mine = ++asked;
  if (!found || area.selectionStart !== area.selectionEnd) return close();
  const start = area.selectionStart - found[2].length;
  try {
    const answer = await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(found[2])}`, { headers: { Accept: "application/json" } });
    const people = answer.ok && !answer.redirected ? (await answer.json()).people : [];
    if (mine === asked && document.activeElement === area) show(area, start, people);
  } catch {
    close(); // Out of reach: the name can be typed in full.
  }
}

function show(area, start, people) {
  close();
  if (!people.length) return;
  const box = document.createElement("ul");
  box.id = `${area.id}-people`;
  box.className = "people";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "@");
  people.forEach((person, n) => {
    const item = box.appendChild(document.createElement("li"));
    item.id = `${box.id}-${n}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.textContent = person.write === person.name ? person.name : `${person.name} · ${person.write}`;
    item.dataset.write = person.write;
  });
  area.after(box);
  list = { box, area, start, chosen: 0 };
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", box.id);
  choose(0);
}

function choose(n) {
  const items = [...list.box.children];
  list.chosen = (n + items.length) % items.length;
  items.forEach((item, each) => item.setAttribute("aria-selected", String(each === list.chosen)));
  list.area.setAttribute("aria-activedescendant", items[list.chosen].id);
  items[list.chosen].scrollIntoView({ block: "nearest" });
}

function close() {
  if (!list) return;
  list.area.removeAttribute("aria-controls");
  list.area.removeAttribute("aria-activedescendant");
  list.box.remove();
  list = null;
}

function take(item) {
  const { area, start } = list;
  const end = area.selectionStart;
  close();
  area.setRangeText(`${item.dataset.write} `, start, end, "end");
  area.focus();
}

// In the capture phase: Escape closes the list before it closes anything else, Return takes a name and sends nothing.
document.addEventListener("keydown", (event) => {
  if (!list || event.target !== list.area || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowDown") choose(list.chosen + 1);
  else if (event.key === "ArrowUp") choose(list.chosen - 1);
  else if (event.key === "Enter" || event.key === "Tab") take(list.box.children[list.chosen]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  const item = list && event.target.closest?.("[role=option]");
  if (item && list.box.contains(item)) {
    event.preventDefault();
    take(item);
  }
});
document.addEventListener("focusout", (event) => {
  if (list && event.target === list.area) close();
});
