/* Approving several: how many are ticked, and all or none with one tick. */

const form = document.querySelector("[data-bulk]");
const boxes = () => [...form.querySelectorAll("[name=item]")];

const count = () => {
  const ticked = boxes().filter((box) => box.checked).length;
  form.querySelector("[data-count]").textContent = ticked;
  form.querySelector("button").disabled = ticked === 0;
  const all = form.querySelector("[data-all]");
  all.checked = ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
};

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  count();
});
