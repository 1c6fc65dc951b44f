// Keeps the parts of a page that are marked data-live up to date, without loading the page again.
"use strict";

const EVERY_MS = 2000;
const stale = document.getElementById("stale");

/** Rows that were not there before are marked for a moment. */
function markFresh(before, part) {
  const known = new Set([...before.querySelectorAll("[data-key]")].map((row) => row.dataset.key));
  if (!known.size) return;
  for (const row of part.querySelectorAll("[data-key]")) {
    if (!known.has(row.dataset.key)) row.classList.add("fresh");
  }
}

/** What overflows can be scrolled with the keyboard. */
function reach() {
  for (const box of document.querySelectorAll(".scroll")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
  if (answer.redirected || answer.status === 401) {
    location.reload();
    return;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = page.getElementById(part.id);
    if (!now) {
      location.reload(); // it is another page by now
      return;
    }
    if (now.innerHTML === part.dataset.shown || part.contains(document.activeElement)) continue;
    const before = part.cloneNode(true);
    part.dataset.shown = now.innerHTML;
    part.innerHTML = now.innerHTML;
    markFresh(before, part);
  }
  reach();
}

async function keepUp() {
  if (!document.hidden) {
    try {
      await refresh();
      if (stale) stale.hidden = true;
    } catch {
      if (stale) stale.hidden = false;
    }
  }
  setTimeout(keepUp, EVERY_MS);
}

reach();
setTimeout(keepUp, EVERY_MS);
