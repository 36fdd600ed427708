/* One key, one deed. All of them rest while somebody types, and with Ctrl, Alt or Meta held. */

import { current, focusOn } from "./desk.js";

const one = (selector) => document.querySelector(selector);
const click = (selector) => one(selector)?.click();

const typing = (target) =>
  target.closest?.("input:not([type=button], [type=submit]), select, textarea, [contenteditable]");

const nextQuestion = () => {
  const all = [...document.querySelectorAll("[data-question].question, .question")];
  if (!all.length) {
    one("[data-approve]")?.focus();
    return;
  }
  focusOn(all[(all.indexOf(current()) + 1) % all.length]);
};

const answer = (key) => {
  const question = current()?.matches(".question") ? current() : one(".question.is-current");
  const chosen = question?.querySelector(`[data-key="${key}"]`);
  if (!chosen) return false;
  if (chosen.matches("button")) chosen.click();
  else chosen.focus();
  return true;
};

const open = (selector) => {
  const menu = one(selector);
  if (!menu) return;
  menu.open = true;
  menu.querySelector("input:not([type=hidden]), button, a")?.focus();
};

const deeds = {
  a: () => click("[data-approve]"),
  r: () => open("[data-reject]"),
  m: () => open("[data-more]"),
  j: () => click("[data-next]"),
  k: () => click("[data-previous]"),
  u: () => one("[data-undo]")?.requestSubmit(),
  "?": () => one("#keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (typing(event.target) || one("dialog[open]")) return;
  if (event.key === "Enter") {
    if (event.target.closest?.("a, button, summary")) return;
    event.preventDefault();
    nextQuestion();
    return;
  }
  if (/^[1-9]$/.test(event.key)) {
    if (answer(event.key)) event.preventDefault();
    return;
  }
  const deed = deeds[event.key.toLowerCase()];
  if (deed) {
    event.preventDefault();
    deed();
  }
});
