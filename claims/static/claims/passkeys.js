// Passkeys: the browser makes one, or answers with one, and the form is sent with what it says.

// No browser gives one to an address of figures.
const named = !/^[\d.]+$|:/.test(location.hostname);
const ready = isSecureContext && named && window.PublicKeyCredential?.parseRequestOptionsFromJSON;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[data-passkey-button]");
  const said = form.querySelector("[data-passkey-said]");
  form.hidden = !ready && "passkeyElse" in form.dataset;  // there is another way on the page
  button.hidden = !ready;
  said.textContent = ready ? "" : said.dataset.lackingLabel;
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    answer(form).then((credential) => {
      form.elements.credential.value = JSON.stringify(credential);
      form.removeAttribute("aria-busy");
      form.requestSubmit();
    }, () => {
      form.removeAttribute("aria-busy");
      said.textContent = said.dataset.failedLabel;
    });
  });
}

async function answer(form) {
  const asked = form.dataset.ask
    ? (await (await fetch(form.dataset.ask, { headers: { Accept: "application/json" } })).json()).request_options
    : JSON.parse(document.getElementById("passkey").textContent);
  const options = asked.publicKey;
  if (form.dataset.passkey === "get") {
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  }
  const alone = form.elements.passwordless?.checked;
  const wanted = options.authenticatorSelection;
  wanted.residentKey = alone ? "required" : "discouraged";
  wanted.requireResidentKey = alone;
  if (alone) wanted.userVerification = "required";
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
}
