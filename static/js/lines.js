/* Cells copied from a spreadsheet go into the grid of lines, from the focused cell on. */

const cells = (row) => [...row.querySelectorAll("input:not([type=checkbox])")];

/* The last row once more, empty, under a number of its own. */
const added = (body) => {
  const last = body.lastElementChild;
  const row = last.cloneNode(true);
  const numbers = [...body.querySelectorAll("input[name^='line-']")];
  const next = Math.max(...numbers.map((cell) => Number(cell.name.split("-")[1]))) + 1;
  for (const cell of cells(row)) {
    cell.name = cell.name.replace(/^line-\d+/, `line-${next}`);
    cell.value = "";
  }
  last.after(row);
  return row;
};

document.addEventListener("paste", (event) => {
  const cell = event.target.closest?.(".lines-edit input:not([type=checkbox])");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!cell || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  let row = cell.closest("tr");
  const from = cells(row).indexOf(cell);
  const lines = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").slice(0, 500);
  lines.forEach((line, number) => {
    if (number) row = row.nextElementSibling ?? added(row.parentElement);
    const places = cells(row);
    line.split("\t").forEach((value, at) => {
      if (places[from + at]) places[from + at].value = value.trim();
    });
  });
  cell.dispatchEvent(new Event("change", { bubbles: true }));
});
