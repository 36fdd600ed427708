/* The claim on the open item: a heartbeat while it is looked at, given back on leaving. */

const SECONDS = 30;
let held = null;

/* The panel of an item that is held; none while a decision is on its way. */
export const panel = () => document.querySelector("#desk:not([data-deciding]) > #panel[data-claim]");
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

export const post = (address, options = {}) =>
  fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": token() },
    credentials: "same-origin",
    ...options,
  });

export const letGo = (address) => post(address, { keepalive: true }).catch(() => {});

/* Another item stands on the desk now: the one before is given back. */
const follow = () => {
  if (document.querySelector("#desk[data-deciding]")) return;
  const now = panel()?.dataset.letGo ?? null;
  if (held && held !== now) letGo(held);
  held = now;
};

const beat = async () => {
  const open = panel();
  if (!open || document.visibilityState !== "visible") return;
  try {
    const answer = await post(open.dataset.claim);
    // Somebody took it over: the panel says who, as soon as nothing is being typed here.
    if (answer.status === 409 && !open.contains(document.activeElement?.closest("input, textarea"))) {
      window.location.reload();
    }
  } catch {
    /* Offline: the next beat tries again; the version guards what is sent. */
  }
};

document.addEventListener("htmx:afterSettle", follow);
document.addEventListener("visibilitychange", beat);
window.addEventListener("pagehide", () => {
  if (held) letGo(held);
  held = null;
});
window.addEventListener("pageshow", (event) => {
  follow();
  if (event.persisted) beat();
});
follow();
setInterval(beat, SECONDS * 1000);
