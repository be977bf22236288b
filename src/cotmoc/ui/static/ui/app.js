// Comfort only: every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");
  if (window.htmx) root.classList.add("live");

  // On a phone the tabs scroll sideways: the one that is open is in sight.
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  const typing = (node) => node.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
      const search = [...document.querySelectorAll("input[type=search]")].find((box) => box.offsetParent);
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    }
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.drop[open]")) {
        menu.open = false;
        if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      }
    }
  });

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.drop[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    if (event.target.closest("[data-print]")) window.print();
  });

  // Lists without a place to swap into still react to a choice, by an ordinary page load.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });

  // A list narrowed in place changes the address: what was made from the old one follows.
  document.addEventListener("htmx:pushedIntoHistory", () => {
    for (const link of document.querySelectorAll(".export a")) {
      const query = new URLSearchParams(location.search);
      query.delete("page");
      query.set("export", new URLSearchParams(link.search).get("export"));
      link.search = query;
    }
    for (const field of document.querySelectorAll(".languages [name=next]")) {
      field.value = location.pathname + location.search;
    }
  });

  // After a swap the reader of speech hears what the list now holds.
  document.addEventListener("htmx:afterSwap", (event) => {
    const voice = document.getElementById("voice");
    const range = event.target.querySelector?.(".pager p") ?? document.querySelector(".pager p");
    if (voice && range) voice.textContent = range.textContent.trim();
  });
})();
