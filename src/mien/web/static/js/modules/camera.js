// Takes a photo with the camera, in a dialog; used by drop-area.

/**
 * @param {HTMLElement} area - has the button [data-camera] and the dialog .camera
 * @param {(files: File[]) => void} take - gets the photo
 */
export default function openCamera(area, take) {
  const button = area.querySelector("[data-camera]");
  // Browsers give the camera to secure pages alone.
  if (!button || !navigator.mediaDevices?.getUserMedia) return;
  const dialog = area.querySelector(".camera");
  const video = dialog.querySelector("video");

  const turn = dialog.querySelector("[data-turn]");
  let side = "user";

  function stop() {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  }

  async function look() {
    stop();
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: side, width: { ideal: 1920 } } });
      // Closed while the browser still asked for leave: the camera goes off again.
      if (!dialog.open) return stop();
      video.classList.toggle("is-mirrored", side === "user");
      await video.play();
      // Named, and counted, only once the browser has been allowed to use one.
      const devices = await navigator.mediaDevices.enumerateDevices();
      turn.hidden = devices.filter((device) => device.kind === "videoinput").length < 2;
    } catch {
      dialog.close();
      const problem = area.querySelector(".drop__problem");
      problem.textContent = "The camera can’t be used. Allow it in your browser, or choose a photo.";
      problem.hidden = false;
    }
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    dialog.showModal();
    look();
  });
  turn.addEventListener("click", () => {
    side = side === "user" ? "environment" : "user";
    look();
  });
  dialog.addEventListener("close", stop);
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-take]").addEventListener("click", () => {
    if (!video.videoWidth) return;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((blob) => {
      dialog.close();
      take([new File([blob], "camera.jpg", { type: "image/jpeg" })]);
    }, "image/jpeg", 0.92);
  });
}
