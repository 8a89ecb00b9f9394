// A draft saves itself while somebody types. What is not saved yet stays in this browser: through a reload, a lost
// connection and a session that ended. It goes once it is saved, and when the person signs out.

const OURS = "draft ";
const DAYS = 7;
const SKIPPED = new Set(["csrfmiddlewaretoken", "version", "once", "act", "meant"]);

const drafts = () => document.querySelectorAll("form[data-draft]");
const place = (form) => OURS + form.dataset.draft;
const status = (form) => form.querySelector("#draft-saved");
const values = (form) => [...new FormData(form)].filter(([name]) => !SKIPPED.has(name));
const version = (form) => status(form).querySelector("[data-version]")?.dataset.version ?? form.elements.version.value;
const sent = new WeakMap();

function stored(form) {
  try {
    return JSON.parse(localStorage.getItem(place(form)));
  } catch {
    return null; // A browser may refuse to keep anything.
  }
}

function keep(form) {
  try {
    localStorage.setItem(place(form), JSON.stringify({ at: Date.now(), version: version(form), values: values(form) }));
  } catch {
    // Then only what was saved is kept.
  }
}

function forget(test) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(OURS) && test(key)) localStorage.removeItem(key);
  } catch {
    // There is nothing to forget.
  }
}

function tell(form, sentence, button) {
  const line = document.createElement("span");
  line.textContent = `${sentence} `;
  if (button) line.append(button);
  status(form).replaceChildren(line);
}

function bring(form, kept) {
  for (const field of form.elements) {
    if (!field.name || SKIPPED.has(field.name) || field.type === "submit") continue;
    const held = kept.values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "radio" || field.type === "checkbox") field.checked = held.includes(field.value);
    else if (field.type !== "hidden") field.value = held[0] ?? "";
  }
  save(form);
}

// Saves it as if something had been typed, once htmx listens.
function save(form, tries = 20) {
  if (status(form).dataset.htmxPowered) form.dispatchEvent(new Event("input", { bubbles: true }));
  else if (tries) setTimeout(save, 250, form, tries - 1);
}

// Whether somebody typed into it before this program was there.
function typed(form) {
  const fields = [...form.elements].filter((field) => field.name && !SKIPPED.has(field.name) && field.type !== "hidden");
  return fields.some((field) => {
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    // Where none is marked, the first is chosen from the start.
    if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((o) => o.defaultSelected));
    return "defaultValue" in field && field.value !== field.defaultValue;
  });
}

function look(form) {
  const kept = stored(form);
  if (!kept || form.dataset.looked) return;
  form.dataset.looked = "yes";
  // A browser may have brought it back by itself: it is to be saved all the same.
  if (kept.version === version(form)) return bring(form, kept);
  // Something else was saved since, perhaps on another machine: the person decides.
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = status(form).dataset.bring;
  button.addEventListener("click", () => bring(form, kept));
  tell(form, status(form).dataset.kept, button);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form) keep(form);
});

document.addEventListener("htmx:before:request", (event) => {
  const form = event.target.id === "draft-saved" && event.target.closest("form");
  if (form) sent.set(form, JSON.stringify(values(form)));
});

document.addEventListener("htmx:after:request", (event) => {
  if (event.target.id !== "draft-saved") return;
  const form = event.target.closest("form");
  const { response } = event.detail.ctx;
  if (response?.headers.get("X-Form-Token")) {
    // Signed in again meanwhile: forms.js has put in the token that fits, so it is saved now.
    event.preventDefault();
    save(form);
  } else if (response?.headers.get("HX-Redirect") || response?.status === 403) {
    // To be taken to the sign-in in the middle of a sentence helps nobody.
    event.preventDefault();
    tell(form, event.target.dataset.signedOut);
  } else if (![200, 409, 422].includes(response?.status)) {
    event.preventDefault();
    tell(form, event.target.dataset.lost);
  } else if (response.status === 200 && sent.get(form) === JSON.stringify(values(form))) {
    forget((key) => key === place(form));
  }
});

document.addEventListener("htmx:error", (event) => {
  if (event.target.id === "draft-saved") tell(event.target.closest("form"), event.target.dataset.lost);
});

// Once it is submitted the form is gone from the page.
document.addEventListener("htmx:before:swap", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form && event.target === form && event.detail.ctx?.response?.status === 200) forget((key) => key === place(form));
});

document.addEventListener("htmx:after:swap", () => drafts().forEach(look));
addEventListener("online", () => {
  for (const form of drafts()) if (stored(form)) save(form);
});

document.addEventListener("submit", (event) => {
  if (event.target.action?.endsWith("/logout/")) forget(() => true);
}, true);

forget((key) => {
  const at = JSON.parse(localStorage.getItem(key))?.at;
  return !(Date.now() - at < DAYS * 86_400_000);
});
drafts().forEach(look);
for (const form of drafts()) {
  if (!stored(form) && typed(form)) {
    keep(form);
    save(form);
  }
}
