// A page that stands open asks now and then what is new: not while nobody sees it, and it swaps nothing that is the same.

const tags = new WeakMap(); // element → the tag of what it shows

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  const element = ctx?.sourceElement;
  if (!element?.matches?.("[data-poll]")) return;
  if (document.hidden) {
    event.preventDefault();
    return;
  }
  const known = tags.get(element);
  // Said by us, the answer 304 reaches us too, and nothing is swapped.
  if (known && known.at === ctx.request.action) ctx.request.headers["If-None-Match"] = known.tag;
});

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const element = ctx?.sourceElement;
  const tag = element?.matches?.("[data-poll]") && ctx.response?.headers?.get("ETag");
  if (tag) tags.set(element, { tag, at: ctx.request.action });
});

// Whoever comes back to a page that was hidden sees at once how things stand.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-poll]")) element.dispatchEvent(new Event("every"));
});

// What was asked for by hand takes the focus: the field that a link opens, or what shows how much is new.
document.addEventListener("htmx:after:swap", (event) => {
  const source = event.detail.ctx?.sourceElement;
  const field = source?.dataset?.to && event.detail.ctx.response?.status !== 422 && document.getElementById(source.dataset.to);
  if (field) field.focus({ preventScroll: source.matches("form") });
  else if (source?.dataset?.key === "l") document.getElementById("news")?.focus({ preventScroll: true });
});
