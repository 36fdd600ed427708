/* The focused question: blue on the right, blue on the paper. */

const place = (element) => {
  const raw = element?.dataset.place;
  if (!raw) return null;
  const [page, x0, y0, x1, y1] = raw.split(" ").map(Number);
  return { page, x0, y0, x1, y1 };
};

/* `turns`: whether the paper is turned to the page; not where somebody has just leafed. */
const show = (element, { turns = true } = {}) => {
  const here = document.querySelector("[data-here]");
  if (!here) return;
  const at = place(element);
  // One frame round one place: the blue one covers the thin one.
  for (const mark of document.querySelectorAll("[data-mark]")) {
    const same = at && mark.x.baseVal.value === Math.fround(at.x0)
      && mark.y.baseVal.value === Math.fround(at.y0);
    mark.classList.toggle("is-covered", Boolean(same));
  }
  const shown = Number(document.getElementById("paper")?.dataset.page);
  if (!at || at.page !== shown) {
    here.setAttribute("width", 0);
    here.setAttribute("height", 0);
    if (at && turns) turn(at.page);
    return;
  }
  const pad = 0.004;
  here.setAttribute("x", at.x0 - pad);
  here.setAttribute("y", at.y0 - pad);
  here.setAttribute("width", at.x1 - at.x0 + 2 * pad);
  here.setAttribute("height", at.y1 - at.y0 + 2 * pad);
  reveal(at);
};

/* Bring the place into view, and only then: the paper must not jump. */
const reveal = (at) => {
  const body = document.querySelector(".paper-body");
  const sheet = document.querySelector(".sheet");
  if (!body || !sheet) return;
  const top = at.y0 * sheet.offsetHeight + sheet.offsetTop - body.offsetTop;
  if (top < body.scrollTop || top > body.scrollTop + body.clientHeight - 80) {
    body.scrollTop = Math.max(0, top - body.clientHeight / 3);
  }
  const left = at.x0 * sheet.offsetWidth;
  const right = at.x1 * sheet.offsetWidth + 40;
  if (left < body.scrollLeft || right > body.scrollLeft + body.clientWidth) {
    body.scrollLeft = Math.max(0, left - 40);
  }
};

let turning = 0;
const turn = (page) => {
  if (turning === page) return;
  turning = page;
  const paper = document.getElementById("paper");
  const address = new URL(paper.dataset.paperUrl, location.href);
  address.searchParams.set("page", page);
  htmx.ajax("GET", address.pathname + address.search, { target: "#paper", swap: "outerHTML" });
};

export const current = () => document.querySelector("[data-question].is-current");

export const focusOn = (question, { move = true } = {}) => {
  if (!question) return;
  for (const other of document.querySelectorAll("[data-question].is-current")) {
    if (other !== question) other.classList.remove("is-current");
  }
  question.classList.add("is-current");
  compare();
  show(question);
  if (move && !question.contains(document.activeElement)) question.focus();
};

document.addEventListener("focusin", (event) => {
  const question = event.target.closest?.("[data-question]");
  if (question) focusOn(question, { move: false });
  const answer = event.target.closest?.("[data-place]");
  if (answer && answer !== question) show(answer);
});

document.addEventListener("pointerover", (event) => {
  const answer = event.target.closest?.(".answer[data-place]");
  if (answer) show(answer);
});

document.addEventListener("pointerout", (event) => {
  if (event.target.closest?.(".answer[data-place]")) show(current(), { turns: false });
});

document.addEventListener("toggle", (event) => {
  const fact = event.target;
  if (!fact.open || !fact.matches?.("details[data-question]")) return;
  focusOn(fact, { move: false });
  fact.querySelector("input:not([type=hidden]), select")?.focus();
}, true);

/* What was unfolded stays unfolded when the panel is fresh. */
const unfolded = new Set();
document.addEventListener("htmx:beforeSwap", () => {
  unfolded.clear();
  for (const fold of document.querySelectorAll("details.fold[data-fold][open]")) {
    unfolded.add(fold.dataset.fold);
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.target?.id;
  if (target === "paper") {
    turning = 0;
    const page = document.getElementById("paper").dataset.page;
    for (const input of document.querySelectorAll("#panel input[name=page]")) input.value = page;
  }
  if (target === "panel") {
    for (const fold of document.querySelectorAll("details.fold[data-fold]")) {
      if (unfolded.has(fold.dataset.fold)) fold.open = true;
    }
  }
  ready({ turns: target !== "paper" });
});

document.addEventListener("click", (event) => {
  const zoom = event.target.closest?.("[data-zoom]");
  if (zoom) {
    const sheet = document.querySelector(".sheet");
    const level = (Number(sheet.dataset.zoomLevel) % 3) + 1;
    sheet.dataset.zoomLevel = level;
    zoom.querySelector("[data-zoom-label]").textContent = ["100 %", "150 %", "220 %"][level - 1];
    show(current(), { turns: false });
  }
  if (event.target.closest?.("[data-open-keys]")) document.getElementById("keys").showModal();
});

/* A second tap was meant for the document before, not for the one that just followed. */
const DECIDES = "[data-approve], #q-spot-check button";
const HASTE_MS = 600;
let arrived = 0;
const arrive = () => {
  arrived = performance.now();
};
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "desk") arrive();
});
document.addEventListener("desk:shown", () => {
  arrive();
  ready();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.(DECIDES) && performance.now() - arrived < HASTE_MS && arrived) {
    event.preventDefault();
    event.stopPropagation();
  }
}, true);

/* Approve is asleep while a question is open, and says why when asked. */
document.addEventListener("click", (event) => {
  const approve = event.target.closest?.("[data-approve][aria-disabled=true]");
  if (!approve) return;
  event.preventDefault();
  event.stopPropagation();
  document.dispatchEvent(new CustomEvent("desk:say", {
    detail: { text: document.getElementById("obstacle").textContent, kind: "error" },
  }));
  focusOn(document.querySelector("[data-question].question"));
}, true);

/* The likely copy lies beside the paper while it is asked about. */
const compare = () => {
  document.querySelector("[data-pair]")
    ?.classList.toggle("is-comparing", Boolean(current()?.matches("[data-twins]")));
};

const ready = (options) => {
  compare();
  show(current(), options);
  document.querySelector(".card.is-open")?.scrollIntoView({ block: "nearest" });
};
ready();
