// Sends a form with photos: not before they are chosen, and while they are sent and read it says so in
// the drop area and keeps a second click away.

/** @param {HTMLFormElement} form */
export default function sendPhoto(form) {
  const area = form.querySelector(".drop");
  const busy = area.querySelector(".drop__busy");
  const button = form.querySelector('button[type="submit"]');

  const needed = Array.from(form.querySelectorAll('input[type="file"][required]'));

  function allow() {
    button.disabled = needed.some((input) => !input.files.length);
  }

  form.addEventListener("change", allow);
  allow();

  form.addEventListener("submit", (event) => {
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    area.classList.add("is-busy");
    busy.textContent = form.dataset.busy;
    busy.hidden = false;
    button.disabled = true;
  });

  // Back from the answer, the browser may show this page as it was left.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    delete form.dataset.sending;
    area.classList.remove("is-busy");
    busy.hidden = true;
    allow();
  });
}
