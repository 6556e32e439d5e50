// Keeps the lists of a page as new as the pod's. The page is whole without it.
"use strict";
(() => {
  const shown = document.querySelector("[data-live]");
  if (!shown || !window.EventSource) return;
  let waiting = false;
  function renewed(old, now) {
    if (!old || !now || old.contains(document.activeElement)) return;
    if (old.innerHTML !== now.innerHTML) old.replaceChildren(...now.childNodes);
  }
  async function renew() {
    if (waiting) return;
    waiting = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of ["#touch", "#asked", "[data-live]"]) {
        renewed(document.querySelector(part), page.querySelector(part));
      }
    } finally {
      waiting = false;
    }
  }
  const stream = new EventSource("/live");
  stream.addEventListener("changed", renew);
  addEventListener("pagehide", () => stream.close());
})();
