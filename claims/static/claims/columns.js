// A card is dropped on a column: the form that this move needs opens, as its link in the card's menu does.

const board = document.getElementById("board");
const told = document.getElementById("board-told");
let card = null;

const columnOf = (event) => event.target.closest?.("[data-status]");
const wayTo = (column) => [...card.querySelectorAll("a[data-to]")].find((link) => link.dataset.to === column.dataset.status);

board.addEventListener("dragstart", (event) => {
  card = event.target.closest?.("[data-ref]");
  if (!card) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.ref);
  for (const column of board.querySelectorAll("[data-status]")) {
    if (!column.contains(card)) column.dataset.drop = wayTo(column) ? "may" : "not";
  }
});

board.addEventListener("dragover", (event) => {
  if (card && columnOf(event)) event.preventDefault();
});

board.addEventListener("drop", (event) => {
  const column = columnOf(event);
  if (!card || !column) return;
  event.preventDefault();
  const way = wayTo(column);
  if (way) way.click();
  else if (!column.contains(card)) {
    const said = { ref: card.dataset.ref, to: column.dataset.label };
    told.textContent = told.dataset.refused.replace(/\{(ref|to)\}/g, (_whole, name) => said[name]);
    told.classList.remove("visually-hidden");
  }
});

board.addEventListener("dragend", () => {
  card = null;
  for (const column of board.querySelectorAll("[data-drop]")) delete column.dataset.drop;
});

// One menu is open at a time; Escape closes it.
board.addEventListener("toggle", (event) => {
  if (!event.target.matches("details.menu") || !event.target.open) return;
  for (const other of board.querySelectorAll("details.menu[open]")) if (other !== event.target) other.open = false;
  event.target.querySelector("a")?.focus();
}, true);
board.addEventListener("keydown", (event) => {
  const menu = event.target.closest("details.menu[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
