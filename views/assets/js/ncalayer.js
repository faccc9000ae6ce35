// Signing by NCALayer, the program of the National Certification Authority on the person's own computer: it listens on
// a WebSocket, asks the person for key and password in a window of its own, and gives back a signature (CMS).
// Requests and answers: module kz.gov.pki.knca.basics of NCALayer 1.4. The first message is a greeting with its version,
// "--heartbeat--" may come between, a window closed without signing is an answer without a result.

const button = document.querySelector("button[data-ncalayer]");
const SIGNING = "1.3.6.1.5.5.7.3.4";
const PERSON = "1.2.398.3.3.4.1.1";

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function request(text, locale) {
  return JSON.stringify({
    module: "kz.gov.pki.knca.basics",
    method: "sign",
    args: {
      allowedStorages: null,
      format: "cms",
      data: base64(text),
      signingParams: { decode: true, encapsulate: true, digested: false, tsaProfile: null },
      signerParams: { extKeyUsageOids: [SIGNING, PERSON] },
      locale,
    },
  });
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return {};
  }
}

// What an answer means: {cms}, {fault}, or nothing yet.
function meaning(answer) {
  if (answer.errorCode === "MODULE_NOT_FOUND") return { fault: "old" };
  if (answer.status === false) return { fault: "storage" };
  if (answer.status !== true) return {};
  const result = answer.body?.result;
  const cms = Array.isArray(result) ? result[0] : result;
  return cms ? { cms } : { fault: "cancelled" };
}

// Resolves to {cms} or {fault}; never rejects.
function sign(address, text, locale) {
  return new Promise((resolve) => {
    let asked = false;
    const socket = new WebSocket(address);
    const end = (outcome) => {
      resolve(outcome);
      socket.close();
    };
    socket.addEventListener("message", ({ data }) => {
      const answer = parsed(data);
      if (!asked && answer.result?.version) {
        asked = true;
        socket.send(request(text, locale));
        return;
      }
      const outcome = meaning(answer);
      if (asked && (outcome.cms || outcome.fault)) end(outcome);
    });
    socket.addEventListener("close", () => resolve({ fault: asked ? "cancelled" : "absent" }));
  });
}

if (button) {
  const state = document.getElementById("signing-state");
  document.getElementById("without-script").hidden = true;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    state.textContent = button.dataset.waiting;
    const text = document.getElementById("to-sign").textContent;
    const { cms, fault } = await sign(button.dataset.ncalayer, text, button.dataset.locale);
    if (cms) {
      button.form.elements.cms.value = cms;
      button.form.submit();
      return;
    }
    state.textContent = button.dataset[fault];
    button.disabled = false;
  });
}
