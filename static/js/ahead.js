/* The item that follows is kept for this desk, with a copy of its paper and panel and its picture. */

import { letGo, panel, post } from "./claim.js";

/* It comes once this one has come to rest, and is looked after as often as the claim. */
const AHEAD_MS = 700;
const AGAIN_MS = 30_000;
let waiting = 0;
let keeping = null;
/* What stands ready: `after` which item, where to `check` it, and its `name`, which is another one
   whenever what it shows is another. */
let copy = null;

const drop = () => {
  copy = null;
  document.getElementById("panel")?.removeAttribute("data-kept");
};

const prepare = async () => {
  const open = panel();
  if (!open || document.visibilityState !== "visible") return;
  const after = open.dataset.ahead;
  keeping = open.dataset.aheadLetGo;
  try {
    const have = copy?.after === after ? copy.name : "";
    const answer = await post(after, { body: new URLSearchParams({ have }) });
    if (panel()?.dataset.ahead !== after) return;
    if (answer.status !== 200) {
      drop();
      return;
    }
    const found = await answer.json();
    if (panel()?.dataset.ahead !== after) return;
    if (found.html) copy = { ...found, after };
    if (found.picture) new Image().src = found.picture;
    panel().dataset.kept = found.item;
  } catch {
    /* Offline: the next one comes without having been prepared. */
    drop();
  }
};

/* The copy of what follows the open item, and no longer ours: it is shown once or never. */
export const take = () => {
  const found = copy && copy.after === panel()?.dataset.ahead ? copy : null;
  copy = null;
  return found;
};

/* It was not shown after all. */
export const giveBack = (found) => {
  copy = found;
};

/* Whether it is still as it was kept: nobody changed it, nobody took it. */
export const holds = async (found) => {
  try {
    return (await fetch(found.check, { credentials: "same-origin" })).status === 204;
  } catch {
    return false;
  }
};

let prepared = null;
const plan = () => {
  if (document.querySelector("#desk[data-deciding]")) return;
  const open = panel();
  if (open === prepared) return;
  prepared = open;
  clearTimeout(waiting);
  if (open) {
    waiting = setTimeout(prepare, AHEAD_MS);
  } else if (keeping) {
    letGo(keeping);
    keeping = null;
    copy = null;
  }
};

document.addEventListener("htmx:afterSettle", plan);
window.addEventListener("pagehide", () => {
  clearTimeout(waiting);
  if (keeping) letGo(keeping);
  keeping = null;
  copy = null;
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) prepare();
});
plan();
setInterval(prepare, AGAIN_MS);
