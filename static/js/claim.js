/* The claim on the open item: a heartbeat while it is looked at, given back on leaving. */

const SECONDS = 30;
let held = null;

const panel = () => document.querySelector("#panel[data-claim]");
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

const post = (address, options = {}) =>
  fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": token() },
    credentials: "same-origin",
    ...options,
  });

const letGo = (address) => post(address, { keepalive: true }).catch(() => {});

/* Another item stands on the desk now: the one before is given back. */
const follow = () => {
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

/* The item that follows is kept for this desk and its picture loaded, once this one has come to rest.
   What stands on it is never kept: it comes fresh from the server when it is shown. */
const AHEAD_MS = 700;
let waiting = 0;
let keeping = null;
const leaveAhead = () => {
  if (keeping) letGo(keeping);
  keeping = null;
};
const prepare = async () => {
  const open = panel();
  if (!open || document.visibilityState !== "visible") return;
  const address = open.dataset.ahead;
  keeping = open.dataset.aheadLetGo;
  try {
    const answer = await post(address);
    if (answer.status !== 200) return;
    const { item, picture } = await answer.json();
    if (panel()?.dataset.ahead !== address) return;
    if (picture) new Image().src = picture;
    open.dataset.kept = item;
  } catch {
    /* Offline: the next one comes without having been prepared. */
  }
};
let prepared = null;
const plan = () => {
  const now = panel()?.dataset.ahead ?? null;
  if (now === prepared) return;
  prepared = now;
  clearTimeout(waiting);
  if (now) waiting = setTimeout(prepare, AHEAD_MS);
  else leaveAhead();
};

document.addEventListener("htmx:afterSettle", () => {
  follow();
  plan();
});
document.addEventListener("visibilitychange", beat);
window.addEventListener("pagehide", () => {
  clearTimeout(waiting);
  if (held) letGo(held);
  held = null;
  leaveAhead();
});
window.addEventListener("pageshow", (event) => {
  follow();
  if (event.persisted) {
    beat();
    prepare();
  }
});
follow();
plan();
setInterval(() => {
  beat();
  prepare();
}, SECONDS * 1000);
