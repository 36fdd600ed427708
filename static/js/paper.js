/* A click on a word, or a drag over several, answers the focused question. The server reads it. */

import { current } from "./desk.js";

let from = null;
let picked = [];

const clear = () => {
  for (const word of picked) word.classList.remove("is-picked");
  picked = [];
};

const between = (event) => {
  const x0 = Math.min(from.x, event.clientX);
  const x1 = Math.max(from.x, event.clientX);
  const y0 = Math.min(from.y, event.clientY);
  const y1 = Math.max(from.y, event.clientY);
  clear();
  for (const word of document.querySelectorAll("#words rect")) {
    const box = word.getBoundingClientRect();
    if (box.right >= x0 && box.left <= x1 && box.bottom >= y0 && box.top <= y1) {
      word.classList.add("is-picked");
      picked.push(word);
    }
  }
};

const typedForm = () => current()?.querySelector("form[data-typed]");

const answer = (words) => {
  const form = typedForm();
  if (!form) {
    document.dispatchEvent(new CustomEvent("desk:say", {
      detail: { text: document.getElementById("words").dataset.nothingAsked, kind: "error" },
    }));
    return;
  }
  form.elements.words.value = words.map((word) => word.dataset.w).join(",");
  form.elements.page.value = document.getElementById("paper").dataset.page;
  form.requestSubmit();
};

document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest?.("#words") || event.button !== 0) return;
  if (event.pointerType === "mouse") event.preventDefault(); // keep the focus where it is
  from = { x: event.clientX, y: event.clientY };
  between(event);
});

document.addEventListener("pointermove", (event) => {
  if (from && event.pointerType === "mouse") between(event);
});

document.addEventListener("pointerup", () => {
  if (!from) return;
  from = null;
  const words = picked;
  if (words.length) answer(words);
  clear();
});

document.addEventListener("pointercancel", () => {
  from = null;
  clear();
});

/* Typing again takes back what was clicked. */
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-typed]");
  if (form) form.elements.words.value = "";
});
