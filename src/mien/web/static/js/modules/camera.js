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

  function stop() {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  }

  button.hidden = false;
  button.addEventListener("click", async () => {
    dialog.showModal();
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 1920 } } });
      // Closed while the browser still asked for leave: the camera goes off again.
      if (!dialog.open) return stop();
      await video.play();
    } catch {
      dialog.close();
      const problem = area.querySelector(".drop__problem");
      problem.textContent = "The camera cannot be used. Please allow it in the browser, or choose a photo.";
      problem.hidden = false;
    }
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
