/* A decision with what follows at hand: the copy is shown once it is known to hold, while the
   decision is on its way. The answer confirms it, replaces it, or brings back what stood there. */

import { giveBack, holds, take } from "./ahead.js";

/* The decision on its way: its `copy`, and what stood `before` once the copy is shown. */
let deciding = null;
/* What was asked of the shown copy before the decision was confirmed. */
let held = [];
/* Where they went before that: the link itself may be replaced by then. */
let going = null;

const desk = () => document.getElementById("desk");
const part = (id) => document.getElementById(id);

const put = (parts) => {
  for (const fresh of [parts.paper, parts.panel]) part(fresh.id).replaceWith(fresh);
  document.title = parts.title;
};

const mark = (item) => {
  for (const card of document.querySelectorAll(".card")) {
    card.classList.toggle("is-open", card.id === `card-${item}`);
  }
};

const show = () => {
  const { copy } = deciding;
  const nodes = document.createElement("template");
  nodes.innerHTML = copy.html;
  const [title, paper, panel] = ["title", "#paper", "#panel"].map((each) =>
    nodes.content.querySelector(each));
  deciding.before = {
    paper: part("paper"), panel: part("panel"), title: document.title,
    item: document.querySelector(".card.is-open")?.id.replace("card-", ""),
  };
  mark(copy.item);
  put({ paper, panel, title: title.textContent });
  htmx.process(paper);
  htmx.process(panel);
  panel.querySelector("[autofocus]")?.focus();
  document.dispatchEvent(new CustomEvent("desk:shown"));
};

/* The decision had no effect: what stood on the desk stands there again. */
const back = () => {
  if (deciding.before) {
    mark(deciding.before.item);
    put(deciding.before);
    document.dispatchEvent(new CustomEvent("desk:shown"));
  }
  giveBack(deciding.copy);
  held = [];
  going = null;
};

const end = () => {
  deciding = null;
  desk()?.removeAttribute("data-deciding");
};

const send = (form, path, submitter, copy) => {
  const mine = { copy, before: null };
  deciding = mine;
  desk().dataset.deciding = "";
  holds(copy).then((still) => {
    if (deciding === mine && still) show();
  });
  const nothing = () => {
    if (deciding !== mine) return;
    back();
    end();
  };
  htmx.ajax("POST", path, {
    source: desk(),
    target: desk(),
    swap: "outerHTML",
    values: new FormData(form, submitter),
    headers: { "X-Kept": copy.name },
  }).then(nothing, nothing);
};

document.addEventListener("htmx:confirm", (event) => {
  const { elt, path, verb, target, issueRequest, triggeringEvent } = event.detail;
  if (deciding) {
    if (elt === desk() || !elt.closest?.("#desk") || elt.id === "queue-count") return;
    event.preventDefault();
    if (verb === "get" && target === desk()) going = path;
    else held.push(() => issueRequest(true));
    return;
  }
  if (!elt.matches?.("[data-verdict], [data-postpone]")) return;
  const copy = take();
  if (!copy) return;
  event.preventDefault();
  send(elt, path, triggeringEvent?.submitter, copy);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!deciding || !requestConfig?.headers?.["X-Kept"]) return;
  const aim = xhr.getResponseHeader("HX-Retarget");
  // Aimed at a part, it is about the item that was open, and that one stays.
  if (xhr.status !== 200 || aim) {
    back();
    event.detail.target = document.querySelector(aim ?? "#desk");
  } else if (xhr.getResponseHeader("HX-Reswap") === "none") {
    if (!deciding.before) show();
  } else {
    held = [];
  }
  end();
  // Once the rest of the page is in its place.
  const asked = held;
  const path = going;
  held = [];
  going = null;
  setTimeout(() => {
    asked.forEach((ask) => ask());
    if (path) htmx.ajax("GET", path, { target: "#desk", swap: "outerHTML", push: path });
  });
});
