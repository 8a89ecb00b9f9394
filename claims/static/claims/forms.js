// A form is sent once at a time, errors get the focus, and typed text is not lost by leaving the page.

const WAIT = 10_000; // An answer that is a download never replaces the page: the form must come free again.

const free = (form) => form.removeAttribute("aria-busy");
const freeAll = () => document.querySelectorAll("form[aria-busy]").forEach(free);
const typed = (area) => area.value.trim() && (area.value !== area.defaultValue || area.form?.querySelector("[aria-invalid=true], .errorlist"));

// In the capture phase, so that a second press reaches nobody, htmx included.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post") return;
  if (form.ariaBusy === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // Of half a date or a figure with letters in it nothing would be sent; all other errors are the answer's to tell.
  const unreadable = form.noValidate && !event.submitter?.formNoValidate && [...form.elements].find((field) => field.validity?.badInput);
  if (unreadable) {
    event.preventDefault();
    event.stopImmediatePropagation();
    unreadable.reportValidity();
    return;
  }
  form.ariaBusy = "true";
  setTimeout(free, WAIT, form);
}, true);

// Ctrl and Return send a form from within any of its fields, by its first button that can be seen.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches?.("input, select, textarea")) return;
  const button = [...(event.target.form?.querySelectorAll("button.primary") ?? [])].find((each) => each.checkVisibility());
  if (!button) return;
  event.preventDefault();
  event.target.form.requestSubmit(button);
});

// Return in a search field that stands within a longer form presses the search's own button.
document.addEventListener("keydown", (event) => {
  const button = event.key === "Enter" && !event.isComposing && document.getElementById(event.target.dataset?.return);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// What is chosen from a list need not be described: that part folds away, unless something is typed in it.
document.addEventListener("change", (event) => {
  const part = document.getElementById(event.target.dataset?.folds);
  if (!part) return;
  const written = [...part.querySelectorAll("input, textarea")].some((field) => field.value.trim());
  part.open = !event.target.value || written;
});

// Also comes when "Are you sure?" was answered with no, and when the network failed.
document.addEventListener("htmx:finally:request", freeAll);
addEventListener("pageshow", freeAll);

document.addEventListener("htmx:after:swap", (event) => {
  // What was filled in for the person is to be seen.
  const filled = document.querySelector("[data-opens]");
  if (filled) document.getElementById(filled.dataset.opens).open = true;
  filled?.removeAttribute("data-opens");
  if (event.detail.ctx?.response?.status === 422) focusError();
});
focusError();

function focusError() {
  const field = document.querySelector("[aria-invalid=true]");
  for (let fold = field?.closest("details:not([open])"); fold; fold = field.closest("details:not([open])")) fold.open = true;
  field?.focus();
}

// The page's token stopped fitting when somebody signed in again: every form here gets the one that does.
document.addEventListener("htmx:after:request", (event) => {
  const token = event.detail.ctx?.response?.headers.get("X-Form-Token");
  if (token) for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
});

// What a form could not send is told where whoever pressed its button sees it.
document.addEventListener("htmx:error", (event) => {
  const place = document.getElementById("messages");
  if (!event.target.closest?.("form[method=post]") || event.target.id === "draft-saved" || !place) return;
  const line = document.createElement("li");
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = place.dataset.lost;
  const list = document.createElement("ul");
  list.className = "messages";
  list.append(line);
  place.replaceChildren(list);
  place.scrollIntoView({ block: "nearest" });
});

addEventListener("beforeunload", (event) => {
  const areas = [...document.querySelectorAll("textarea")];
  // A draft is kept whatever becomes of the page.
  if (areas.some((area) => area.form?.ariaBusy !== "true" && !area.form?.dataset.draft && typed(area))) event.preventDefault();
});
