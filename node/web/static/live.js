// Keeps the lists of a page as new as the pod's. The page is whole without it.
"use strict";
(() => {
  if (!document.querySelector("[data-live]") || !window.EventSource) return;
  let isLooking = false; // the page is on its way
  let again = false; // something changed since, which that page may lack
  let isStale = false; // what is shown is older, as somebody has the focus in it
  function renewed(old, now) {
    if (!old || !now || old.innerHTML === now.innerHTML) return;
    if (old.contains(document.activeElement)) isStale = true;
    else old.replaceChildren(...now.childNodes);
  }
  async function look() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    isStale = false;
    for (const part of ["#touch", "#asked", "[data-live]"]) {
      renewed(document.querySelector(part), page.querySelector(part));
    }
  }
  async function renew() {
    again = true;
    if (isLooking) return;
    isLooking = true;
    try {
      while (again) {
        again = false;
        await look();
      }
    } finally {
      isLooking = false;
    }
  }
  const since = encodeURIComponent(document.body.dataset.asOf || "");
  const stream = new EventSource(`/live?since=${since}`);
  stream.addEventListener("changed", renew);
  addEventListener("focusout", () => isStale && setTimeout(renew));
  addEventListener("pagehide", () => stream.close());
})();
