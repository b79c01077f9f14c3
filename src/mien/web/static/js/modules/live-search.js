// Searches while one types: asks for the same page's partial and puts it in place.
// The form works without it; the server draws the partial alone when the header is there.

import { start } from "../main.js";

const PAUSE_MS = 180;

/** @param {HTMLFormElement} form - data-target: id of the element to fill */
export default function liveSearch(form) {
  const target = document.getElementById(form.dataset.target);
  let timer = 0;
  let request = new AbortController();

  async function search() {
    request.abort();
    request = new AbortController();
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form)).toString();
    try {
      const response = await fetch(url, { headers: { "X-Partial": "1" }, signal: request.signal });
      // Signed out meanwhile, or a page instead of its part: let the browser go there itself.
      if (!response.ok || response.redirected || response.headers.get("X-Partial") !== "1") {
        form.submit();
        return;
      }
      target.innerHTML = await response.text();
      start(target);
      history.replaceState(null, "", url);
    } catch (problem) {
      if (problem.name !== "AbortError") form.submit();
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search();
  });
  form.querySelector('button[type="submit"]').hidden = true;
  // Typed before this script had come.
  if (Array.from(form.querySelectorAll("input")).some((field) => field.value !== field.defaultValue)) search();
}
