/* Many files: one request each, three at a time, each with its progress and its answer. */

const AT_ONCE = 3;

for (const form of document.querySelectorAll("[data-upload]")) start(form);

function start(form) {
  const section = form.closest("section");
  const input = form.querySelector("input[type=file]");
  const results = section.querySelector("ol");
  const summary = section.querySelector("[data-progress]");
  const waiting = [];
  let running = 0;
  let sent = 0;
  let total = 0;

  /* In figures while it goes on; said aloud once, when the last one has its answer. */
  const tell = () => {
    const refused = results.querySelectorAll(".result-refused").length;
    const failed = results.querySelectorAll(".result-failed").length;
    const words = [`${sent} / ${total}`];
    if (refused) words.push(`${form.dataset.refusedWord}: ${refused}`);
    if (failed) words.push(`${form.dataset.failedWord}: ${failed}`);
    summary.textContent = words.join(" · ");
    if (sent === total && total > 1) {
      const kind = refused || failed ? "error" : "success";
      document.dispatchEvent(
        new CustomEvent("desk:say", { detail: { text: summary.textContent, kind } }),
      );
    }
  };

  const add = (files) => {
    const batch = [...files].map((file) => ({ file, row: row(file) }));
    results.prepend(...batch.map((each) => each.row));
    waiting.push(...batch);
    total += batch.length;
    if (batch.length) tell();
    pump();
  };

  const row = (file) => {
    const item = document.createElement("li");
    item.className = "result";
    const name = document.createElement("span");
    name.className = "result-name";
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    item.append(name, bar);
    return item;
  };

  const pump = () => {
    while (running < AT_ONCE && waiting.length) {
      running += 1;
      send(waiting.shift());
    }
  };

  const send = ({ file, row }) => {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("organization", form.elements.organization.value);
    data.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      const bar = row.querySelector("progress");
      if (bar && event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      if (request.status === 200) answered(row, request.responseText);
      else failed(row, why(request));
    });
    request.addEventListener("error", () => failed(row, form.dataset.failed));
    request.addEventListener("loadend", () => {
      running -= 1;
      sent += 1;
      tell();
      pump();
    });
    request.send(data);
  };

  /* The server wrote the row; it goes on by itself until the paper is read. */
  const answered = (row, html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    const fresh = holder.content.firstElementChild;
    row.replaceWith(fresh);
    htmx.process(fresh);
  };

  const why = (request) => {
    const { tooLarge, loggedOut, stale, failed: broken } = form.dataset;
    if (request.status === 422) {
      return new DOMParser().parseFromString(request.responseText, "text/html").body.textContent;
    }
    return { 401: loggedOut, 403: stale, 413: tooLarge }[request.status] ?? broken;
  };

  const failed = (row, text) => {
    const reason = document.createElement("span");
    reason.className = "result-why problem";
    reason.textContent = text;
    row.querySelector("progress")?.remove();
    row.classList.add("result-failed");
    row.append(reason);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(input.files);
    input.value = "";
  });
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });

  /* Beside the box counts, too: else the browser would leave the page to show the file. */
  const brings = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    form.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("is-over");
  });
  document.addEventListener("drop", async (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    form.classList.remove("is-over");
    add(await dropped(event.dataTransfer));
  });

  window.addEventListener("beforeunload", (event) => {
    if (running) event.preventDefault(); // the browser asks whether to leave what is not sent yet
  });
}

/* The files that were dropped, those of dropped folders, too. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return transfer.files;
  return (await Promise.all(entries.map(filesIn))).flat();
}

async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((done, no) => entry.file(done, no))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A folder is read in portions; an empty one is the end.
    const some = await new Promise((done, no) => reader.readEntries(done, no));
    if (!some.length) return (await Promise.all(found.map(filesIn))).flat();
    found.push(...some);
  }
}
