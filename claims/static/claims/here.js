// Who else is on the claim: nobody is asked while the page is out of sight, and one is there as long as it is seen.

const here = () => document.getElementById("here");

document.addEventListener("htmx:before:request", (event) => {
  if (event.target.id === "here" && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:after:request", (event) => {
  // A session that ended shows with the next thing somebody does; what is being typed is not taken away for this.
  if (event.target.id === "here" && event.detail.ctx?.response?.headers.get("HX-Redirect")) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && here()) globalThis.htmx?.trigger(here(), "every", {}, false);
});
