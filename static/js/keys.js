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
  if (!chosen.matches("button")) chosen.focus();
  if (chosen.matches("button, summary")) chosen.click();
  return true;
};

const open = (selector) => {
  const menu = one(selector);
  if (!menu) return;
  menu.open = true;
  menu.querySelector("input:not([type=hidden]), button, a")?.focus();
};

const unfold = (selector, inner) => {
  const fold = one(selector);
  if (!fold) return;
  fold.open = inner === "textarea" || !fold.open;
  const target = fold.querySelector(inner);
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
};

const deeds = {
  approve: () => click("[data-approve]"),
  reject: () => open("[data-reject]"),
  more: () => open("[data-more]"),
  next: () => click("[data-next]"),
  previous: () => click("[data-previous]"),
  back: () => click("[data-back]"),
  undo: () => one("[data-undo]")?.requestSubmit(),
  preview: () => unfold("[data-preview]", "summary"),
  comment: () => unfold("[data-comments]", "textarea"),
  postpone: () => {
    open("[data-more]");
    one("[data-postpone] select")?.focus();
  },
};

/* Which letter does what: the usual one, unless its owner chose another (preferences). */
const letters = {
  approve: "a", reject: "r", more: "m", next: "j", previous: "k", undo: "u",
  preview: "p", comment: "c", postpone: "l", back: "b",
};
for (const pair of (document.body.dataset.keys ?? "").split(" ")) {
  const [deed, letter] = pair.split(":");
  if (deed in letters && /^[a-z]$/.test(letter)) letters[deed] = letter;
}

const name = () => {
  for (const key of document.querySelectorAll("kbd[data-deed]")) {
    key.textContent = letters[key.dataset.deed].toUpperCase();
  }
};
name();
document.addEventListener("htmx:afterSettle", name);
document.addEventListener("desk:shown", name);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  // A list answers Enter by unfolding; where one is put aside it says that this is it.
  if (event.key === "Enter" && event.target.matches?.("[data-postpone] select")) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
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
  if (event.key === "?") {
    event.preventDefault();
    one("#keys")?.showModal();
    return;
  }
  const deed = Object.keys(letters).find((each) => letters[each] === event.key.toLowerCase());
  if (deed) {
    event.preventDefault();
    deeds[deed]();
  }
});
