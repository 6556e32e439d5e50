// Keeps the lists of a page as new as the pod's. The page is whole without it.
"use strict";
(() => {
  const shown = document.querySelector("[data-live]");
  if (!shown || !window.EventSource) return;
  let waiting = false;
  async function renew() {
    if (waiting || shown.contains(document.activeElement)) return;
    waiting = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-live]");
      document.querySelector("#touch")?.replaceWith(page.querySelector("#touch") ?? "");
      if (now && now.innerHTML !== shown.innerHTML) shown.replaceChildren(...now.childNodes);
    } finally {
      waiting = false;
    }
  }
  const stream = new EventSource("/live");
  stream.addEventListener("changed", renew);
  addEventListener("pagehide", () => stream.close());
})();
