/* On every page: toasts leave by themselves, menus close when one clicks beside them. */

const TOAST_SECONDS = 8;
const toasts = document.getElementById("toasts");

const leave = () => {
  for (const toast of toasts.querySelectorAll(".toast:not([data-leaving], [data-stays])")) {
    toast.dataset.leaving = "";
    setTimeout(() => toast.remove(), TOAST_SECONDS * 1000);
  }
};
new MutationObserver(leave).observe(toasts, { childList: true });
leave();

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

export const say = (text, kind = "success") => {
  const toast = document.createElement("p");
  toast.className = `toast toast-${kind}`;
  toast.textContent = text;
  toasts.replaceChildren(toast);
};
document.addEventListener("desk:say", (event) => say(event.detail.text, event.detail.kind));

/* Without a network the word stays until it is back: whoever waits sees why. */
const offline = () => {
  say(toasts.dataset.offline, "error");
  toasts.firstElementChild.dataset.stays = "";
};
window.addEventListener("offline", offline);
window.addEventListener("online", () => say(toasts.dataset.online));
if (!navigator.onLine) offline();

/* A form that is not htmx's leaves the page: without a network there is nothing to go to. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || navigator.onLine) return;
  event.preventDefault();
  offline();
});

/* What is swapped in is htmx's own at once: a key pressed right then must not leave the page. */
htmx.config.defaultSettleDelay = 0;

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () =>
    (navigator.onLine ? say(toasts.dataset.broken, "error") : offline()));
}
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 204) say(toasts.dataset.failed, "error");
});
