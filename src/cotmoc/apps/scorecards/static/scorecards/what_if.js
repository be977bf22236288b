// Comfort only: without this file numbers are written and the button computes.
(() => {
  "use strict";
  for (const dial of document.querySelectorAll("[data-dial]")) {
    const slide = dial.querySelector(".slide");
    const value = dial.querySelector("[data-value]");
    const whole = dial.querySelector("[data-whole]");
    if (Number(slide.max) <= Number(slide.min)) continue; // nothing is known to slide between
    slide.hidden = false;
    slide.addEventListener("input", () => { value.value = slide.value; });
    value.addEventListener("input", () => { slide.value = value.value; });
    whole?.addEventListener("input", () => {
      if (whole.value !== "") slide.max = whole.value;
    });
  }
  document.getElementById("assumed")?.classList.add("slides");
})();
