// Keeps the lists of a page as new as the pod's. The page is whole without it. Written in what
// a browser of 2016 reads: one word that it does not know, and none of this would run there.
"use strict";
(() => {
  if (!document.querySelector("[data-live]") || !window.EventSource || !window.fetch) return;
  let isLooking = false; // the page is on its way
  let again = false; // something changed since, which that page may lack
  let isStale = false; // what is shown is older, as somebody has the focus in it
  function put(old, change) {
    if (old.contains(document.activeElement)) isStale = true;
    else change();
  }
  function fill(old, now) {
    while (old.firstChild) old.removeChild(old.firstChild);
    while (now.firstChild) old.appendChild(now.firstChild);
  }
  // Only what changed is put in anew, so that nothing else is read aloud a second time.
  function renewed(old, now) {
    if (!old || !now || old.innerHTML === now.innerHTML) return;
    const before = Array.from(old.children), after = Array.from(now.children);
    if (!before.length || before.length !== after.length) put(old, () => fill(old, now));
    else before.forEach((part, at) => {
      if (part.outerHTML !== after[at].outerHTML) put(part, () => old.replaceChild(after[at], part));
    });
  }
  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    isStale = false;
    for (const part of ["#touch", "#asked", "[data-live]"]) {
      renewed(document.querySelector(part), page.querySelector(part));
    }
  }
  function look() {
    again = false;
    return fetch(location.href, { credentials: "same-origin" })
      .then((answer) => answer.ok ? answer.text().then(show) : null)
      .then(() => again ? look() : null);
  }
  function renew() {
    again = true;
    if (isLooking) return;
    isLooking = true;
    const done = () => { isLooking = false; };
    look().then(done, done);
  }
  const since = encodeURIComponent(document.body.dataset.asOf || "");
  const stream = new EventSource(`/live?since=${since}`);
  stream.addEventListener("changed", renew);
  addEventListener("focusout", () => isStale && setTimeout(renew));
  addEventListener("pagehide", () => stream.close());
})();
