// Comfort for assessments; the page works without it.
(() => {
  "use strict";
  const POINTS = "input[data-claim]";

  // What was refused comes back as a page that says why: show it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id === "work" && [409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // After saving, the reader of speech hears the outcome; a refusal is brought into sight.
  document.addEventListener("htmx:afterSwap", (event) => {
    const work = document.getElementById("work");
    const said = work?.querySelector(":scope > .alert");
    if (!said || event.detail.target?.id !== "work") return;
    const voice = document.getElementById("voice");
    if (voice) voice.textContent = said.textContent.trim();
    if (said.matches(".error")) said.focus();
  });

  // Points other than claimed want a reason: its field opens by itself.
  document.addEventListener("change", (event) => {
    const box = event.target.closest?.(POINTS);
    const reason = box?.closest(".marks")?.querySelector("details");
    if (reason && box.value.trim() && box.value.trim() !== box.dataset.claim) reason.open = true;
  });

  const next = (box) => {
    const all = [...document.querySelectorAll(POINTS)];
    const other = all[all.indexOf(box) + 1];
    if (other) {
      other.focus();
      other.select();
    }
  };

  document.addEventListener("keydown", (event) => {
    const box = event.target.closest?.(POINTS);
    if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "=") {
      event.preventDefault();
      if (box.value !== box.dataset.claim) {
        box.value = box.dataset.claim;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      }
      next(box);
    } else if (event.key === "Enter") {
      event.preventDefault();
      next(box);
    }
  });
})();
