// Asks the device for a passkey, puts its answer into the form's hidden field, and sends the form.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const keys = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

function asked({ publicKey }) {
  const wanted = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) wanted.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  if (publicKey.excludeCredentials) wanted.excludeCredentials = keys(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) wanted.allowCredentials = keys(publicKey.allowCredentials);
  return { publicKey: wanted };
}

function answered(credential) {
  const { id, rawId, type, authenticatorAttachment, response } = credential;
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: text(rawId), type, authenticatorAttachment, response: parts, clientExtensionResults };
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

const able = Boolean(window.PublicKeyCredential);
for (const form of document.querySelectorAll("[data-passkey]")) {
  if (able) continue;
  form.querySelector("button").remove();
  form.querySelector("[data-passkey-without]").removeAttribute("data-without-script");
}
for (const form of able ? document.querySelectorAll("[data-passkey]") : []) {
  const [button, wrong] = [form.querySelector("button"), form.querySelector("[data-passkey-wrong]")];
  button.hidden = false;
  form.querySelector("[data-passkey-without]")?.remove();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.hidden = true;
    try {
      const credential = await navigator.credentials[form.dataset.passkey](asked(await options(form)));
      form.elements.credential.value = JSON.stringify(answered(credential));
      form.submit();
    } catch {
      wrong.hidden = false;
    }
  });
}
