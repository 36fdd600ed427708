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

  const tell = () => {
    summary.textContent = total ? `${sent} / ${total}` : "";
  };

  const add = (files) => {
    for (const file of files) {
      waiting.push({ file, row: row(file) });
      total += 1;
    }
    tell();
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
    results.prepend(item);
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
      else failed(row, request.status === 413 ? form.dataset.refused : form.dataset.failed);
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

  const failed = (row, text) => {
    const why = document.createElement("span");
    why.className = "result-why problem";
    why.textContent = text;
    row.querySelector("progress")?.remove();
    row.append(why);
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
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, () => form.classList.remove("is-over"));
  }
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  });
}
