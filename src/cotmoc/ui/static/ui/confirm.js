// Comfort only: confirming and handing in work without this file.
(() => {
  "use strict";

  // --- a file dropped on the page ------------------------------------------------------------
  for (const area of document.querySelectorAll("[data-drop]")) {
    const input = area.querySelector("input[type=file]");
    const tell = () => {
      const file = input.files[0];
      input.setCustomValidity(file && file.size > Number(area.dataset.limit) ? area.dataset.tooLarge : "");
      input.reportValidity();
    };
    input.addEventListener("change", tell);
    for (const kind of ["dragenter", "dragover"]) {
      area.addEventListener(kind, (event) => { event.preventDefault(); area.classList.add("over"); });
    }
    for (const kind of ["dragleave", "drop"]) area.addEventListener(kind, () => area.classList.remove("over"));
    area.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; tell(); }
    });
  }

  // --- confirming ----------------------------------------------------------------------------
  const page = document.getElementById("confirming");
  if (!page) return;
  const pane = document.getElementById("text-body");
  const rows = () => [...page.querySelectorAll("#rows > article.row")];
  const byId = (id) => (id ? document.getElementById(id) : null);
  let last = location.hash.startsWith("#row-") ? location.hash.slice(1) : ""; // the row people are at
  let wanted = ""; // the row to be at when an answer has come
  let adding = null; // the form of a row being added
  let touched = ""; // the row whose fields were last in use

  const waits = (row) => row.dataset.state === "proposed" && !row.dataset.sent;
  const here = () => document.activeElement.closest?.("article.row") ?? byId(last) ?? rows().find(waits) ?? rows()[0] ?? null;

  function go(row) {
    if (!row) return;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = rows();
    const at = all.indexOf(here());
    const fresh = !document.activeElement.closest?.("article.row");
    go(all[Math.min(all.length - 1, Math.max(0, fresh ? Math.max(at, 0) : at + by))]);
  }

  const nextWaiting = (row) => {
    const all = rows();
    const at = all.indexOf(row);
    return [...all.slice(at + 1), ...all.slice(0, at)].find(waits) ?? null;
  };

  function decide(value) {
    const row = here();
    const button = row?.querySelector(`.decide button[value=${value}]`);
    if (!button || row.dataset.sent) return;
    row.dataset.sent = "yes";
    const next = nextWaiting(row);
    button.click();
    go(next ?? row);
  }

  // The quote of the row people are at, in sight on the other side.
  function show(row) {
    for (const each of page.querySelectorAll("article.here")) each.classList.remove("here");
    row.classList.add("here");
    for (const mark of pane.querySelectorAll("mark.chosen")) mark.classList.remove("chosen");
    const marks = pane.querySelectorAll(`mark[data-rows~="${row.dataset.row}"]`);
    for (const mark of marks) mark.classList.add("chosen");
    if (!marks.length) return;
    const top = marks[0].getBoundingClientRect().top - pane.getBoundingClientRect().top;
    if (top < 0 || top > pane.clientHeight - 60) pane.scrollTop += top - pane.clientHeight / 3;
  }

  page.addEventListener("focusin", (event) => {
    const row = event.target.closest("article.row");
    if (!row) return;
    if (row.id !== last || !row.classList.contains("here")) show(row);
    last = row.id;
  });

  // --- words selected ------------------------------------------------------------------------
  const points = (text) => [...text].length; // the server counts characters, not halves of pairs

  function offsetIn(node, offset) {
    const words = (node.nodeType === 1 ? node : node.parentElement)?.closest("[data-start]");
    if (!words || !pane.contains(words)) return null;
    const range = document.createRange();
    range.selectNodeContents(words);
    range.setEnd(node, offset);
    return Number(words.dataset.start) + points(range.toString());
  }

  function selected() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const start = offsetIn(range.startContainer, range.startOffset);
    const end = offsetIn(range.endContainer, range.endOffset);
    return start === null || end === null || start >= end ? null : { start, end, words: selection.toString() };
  }

  function selectedIn(row) {
    const selection = getSelection();
    const inside = selection.rangeCount && row.querySelector(".q")?.contains(selection.anchorNode);
    return inside ? selection.toString().replace(/^[“”\s]+|[“”\s]+$/g, "") : "";
  }

  function add() {
    const box = document.getElementById("add");
    if (!box) return;
    const found = selected();
    box.open = true;
    box.querySelector("[name=start]").value = found ? found.start : "";
    box.querySelector("[name=end]").value = found ? found.end : "";
    box.querySelector("[name=words]").value = found ? found.words : "";
    box.scrollIntoView({ block: "nearest" });
    box.querySelector(found ? "[name=kind]" : "[name=line]").focus();
  }
  // Words typed by hand are looked for; offsets were those of a selection.
  page.addEventListener("input", (event) => {
    const form = event.target.closest("#add form");
    if (!form || !["words", "line"].includes(event.target.name)) return;
    form.elements.start.value = form.elements.end.value = "";
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest('a[href="#add"]')) return;
    event.preventDefault();
    add();
  });

  function open(what) {
    const row = here();
    const link = row?.querySelector(`[data-open=${what}]`);
    if (!link) return;
    wanted = row.id;
    const part = what === "split" ? selectedIn(row) : "";
    if (part && window.htmx) {
      htmx.ajax("GET", link.getAttribute("hx-get"), { source: link, target: row, swap: "outerHTML", values: { part } });
    } else link.click();
  }

  // --- keys ----------------------------------------------------------------------------------
  const useKeys = document.getElementById("use-keys");
  try {
    if (useKeys && localStorage.getItem("confirm-keys") === "off") useKeys.checked = false;
    useKeys?.addEventListener("change", () => localStorage.setItem("confirm-keys", useKeys.checked ? "on" : "off"));
  } catch { /* a browser that keeps nothing */ }

  const submit = (id) => document.getElementById(id)?.querySelector("button:not([disabled])")?.click();
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => decide("accept"),
    r: () => decide("reject"),
    e: () => open("edit"),
    s: () => open("split"),
    x: () => here()?.querySelector(".pick input")?.click(),
    m: () => submit("merge"),
    u: () => submit("undo"),
    n: add,
    "/": () => page.querySelector(".filters input[name=q]")?.focus(),
    "?": () => {
      const help = document.getElementById("keys");
      if (!help) return;
      help.open = !help.open;
      if (help.open) { help.scrollIntoView({ block: "nearest" }); help.querySelector("summary").focus(); } else go(here());
    },
  };

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-opened]");
    if (form && event.key === "Escape") {
      event.preventDefault();
      wanted = form.closest("article").id;
      form.querySelector("[data-leave]").click();
      return;
    }
    const written = event.target.closest?.("[data-opened], #add form");
    if (written && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      written.requestSubmit();
      return;
    }
    if (written && event.key === "Escape") {
      written.closest("details").open = false;
      go(here());
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (box && event.key === "Escape") { box.blur(); go(here()); return; }
    if (box || (useKeys && !useKeys.checked) || !(event.key in keys)) return;
    event.preventDefault();
    event.stopPropagation();
    wanted = ""; // people are somewhere else by now
    keys[event.key]();
  }, true);

  // --- answers -------------------------------------------------------------------------------
  // What narrows the list goes along, so that an answer holds the same rows.
  page.addEventListener("htmx:configRequest", (event) => {
    if (event.target.closest(".filters")) return;
    const asked = new URL(event.detail.path, location);
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (["q", "state", "kind", "doubt", "page"].includes(name)) asked.searchParams.set(name, value);
    }
    event.detail.path = asked.pathname + asked.search;
  });
  page.addEventListener("htmx:beforeRequest", (event) => {
    adding = event.target.closest("#add form");
    touched = event.target.closest("[data-opened]") ? event.target.closest("article")?.id ?? "" : "";
  });
  // A conflict or a refusal has something to say, in the place it belongs to.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  // No answer (a lost line, an ended session): say so, and let the rows be decided on again.
  for (const trouble of ["htmx:sendError", "htmx:responseError"]) {
    page.addEventListener(trouble, () => {
      for (const row of rows()) delete row.dataset.sent;
      const box = document.getElementById("trouble");
      if (box) box.hidden = false;
    });
  }

  // What came beside the row is ready at once, not only when the page has settled.
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of ["progress", "steps", "rows"]) htmx.process(document.getElementById(id));
  });

  function paint() {
    for (const row of rows()) {
      for (const mark of pane.querySelectorAll(`mark[data-rows~="${row.dataset.row}"]`)) {
        if (mark.dataset.rows.split(" ")[0] !== row.dataset.row) continue;
        mark.classList.remove("proposed", "accepted", "rejected");
        mark.classList.add(row.dataset.state);
      }
    }
  }

  document.addEventListener("htmx:afterSettle", () => {
    paint();
    const said = document.getElementById("progress")?.dataset.said;
    const voice = document.getElementById("voice");
    if (said && voice && voice.textContent !== said) voice.textContent = said;
    const lost = !document.activeElement || document.activeElement === document.body;
    const list = document.getElementById("rows");
    const focus = list?.dataset.focus ?? "";
    if (focus) delete list.dataset.focus;
    if (focus && adding) {
      adding.reset();
      adding.closest("details").open = false;
      adding = null;
    }
    if (byId(last) && !byId(last).classList.contains("here")) show(byId(last));
    const row = byId(focus || wanted);
    const opened = row?.querySelector("[data-opened]");
    if (opened) opened.querySelector("input:not([type=hidden]), textarea, select")?.focus();
    else if (row) go(row);
    else if (lost && touched && byId(touched)) {
      const done = byId(touched);
      const form = done.querySelector("[data-opened]");
      if (form) (form.querySelector(".wrong :is(input, select, textarea)") ?? form.querySelector("textarea")).focus();
      else go(nextWaiting(done) ?? done);
    } else if (lost) go(byId(last));
    wanted = "";
  });

  addEventListener("hashchange", () => {
    const row = byId(location.hash.slice(1));
    if (row?.matches("article.row")) go(row);
  });
  // At first nothing takes the focus, unless a row was asked for; the keys begin at the row shown.
  const opened = page.querySelector("[data-opened] :is(textarea, input:not([type=hidden]))");
  if (opened) opened.focus();
  else if (byId(last)) go(byId(last));
  else if (rows().length) {
    const first = rows().find(waits) ?? rows()[0];
    last = first.id;
    show(first);
  }
})();
