// Offers the names that fit what is typed, where a gallery has more of them than the page lists.

const PAUSE_MS = 150;

/** @param {HTMLElement} result - data-names-url: gives names by q; holds fields with a list of names */
export default function nameSearch(result) {
  const fields = Array.from(result.querySelectorAll("input[list]"));
  let timer = 0;
  let request = new AbortController();

  async function offer(field) {
    request.abort();
    request = new AbortController();
    const url = new URL(result.dataset.namesUrl, location.href);
    url.searchParams.set("q", field.value);
    try {
      const answer = await fetch(url, { signal: request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const { names } = await answer.json();
      document.getElementById(field.getAttribute("list")).replaceChildren(...names.map((name) => new Option("", name)));
    } catch (problem) {
      // Without the server the names of the page are offered, and a full name can be typed.
      if (problem.name !== "AbortError") console.debug(problem);
    }
  }

  for (const field of fields) {
    // It says what is true without script alone.
    const hint = document.getElementById(`${field.id}-hint`);
    if (hint) hint.hidden = true;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(offer, PAUSE_MS, field);
    });
  }
}
