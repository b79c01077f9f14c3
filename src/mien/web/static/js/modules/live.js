// The live camera: pictures are sent as fast as they are answered, faces are followed between the
// answers, and a name is shown when several answers agree on it.

import { Camera, obstacle, why } from "./live/camera.js";
import { Drawing } from "./live/drawing.js";
import { Faces } from "./live/faces.js";
import { Figures } from "./live/figures.js";
import { listenToKeys } from "./live/keys.js";
import { Naming } from "./live/naming.js";
import { Seen } from "./live/seen.js";
import { Sender } from "./live/sender.js";
import { View } from "./live/view.js";

/** @param {HTMLElement} root - holds everything that `live.html` names with data- */
export default function live(root) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const words = (name) => part("words").querySelector(`[data-of="${name}"]`).textContent;
  const mark = (decision) => root.querySelector(`template[data-mark="${decision}"]`).content.cloneNode(true);
  const video = part("picture");
  const fields = () => ({ csrf_token: root.dataset.token, gallery: root.dataset.gallery });

  const faces = new Faces();
  const camera = new Camera(video, () => stop("ended"));
  const naming = part("naming") && new Naming(part("naming"), fields, named);
  const ask = naming && ((track) => naming.ask(track));
  const view = new View(part, new Drawing(part("faces"), words, ask), faces);
  const seen = new Seen(part("seen"), words, mark, ask, (text) => { part("said").textContent = text; });
  const figures = new Figures(part("rate"), part("delay"));
  const sender = new Sender(video, root.dataset.frameUrl, (at) => ({ ...fields(), known: JSON.stringify(faces.known(at)) }), {
    taken,
    isPaused: () => view.isPaused,
    slowed: (code) => { part("state").textContent = code && words(code); },
    ended: stop,
  });

  function tell(problem, detail = "") {
    part("problem").hidden = !problem;
    part("problem-words").textContent = detail || (problem && words(problem));
    return !problem;
  }

  async function start(which) {
    if (!tell(obstacle())) return;
    sender.stop();
    part("start").disabled = true;
    try {
      if (!(await camera.open(which))) return;
    } catch (error) {
      return stop(why(error));
    } finally {
      part("start").disabled = false;
    }
    faces.forget();
    view.open(true);
    view.pause(false);
    view.mirror(camera.side !== "environment");
    sender.start();
    camera.offer(part("cameras"), (number) => words("camera").replace("{number}", number)).then((count) => {
      // Without a second side there is nothing to turn to.
      part("choice").hidden = count < 2;
      part("turn").hidden = count < 2 || !camera.side;
    });
  }

  function stop(problem = "", detail = "") {
    sender.stop();
    camera.close();
    seen.update([], Infinity);
    view.open(false);
    tell(problem, detail);
  }

  function taken(said, frame, shownAt) {
    view.size = [frame.canvas.width, frame.canvas.height];
    faces.take(said.faces, frame);
    seen.update(faces.tracks, frame.seconds);
    figures.count(shownAt);
  }

  function named(track, answer) {
    faces.named(track, answer);
    seen.forget(track);
    part("said").textContent = answer.said;
  }

  const pause = () => view.pause(!view.isPaused);
  const mirror = () => view.mirror(!view.isMirrored);
  const does = { start: () => start(), stop: () => stop(), pause, mirror };
  for (const [name, act] of Object.entries(does)) part(name).addEventListener("click", act);
  part("cameras").addEventListener("change", (event) => start({ device: event.target.value }));
  part("turn").addEventListener("click", () => start({ side: camera.side === "user" ? "environment" : "user" }));
  listenToKeys(() => camera.isOpen && !naming?.isOpen, { " ": pause, m: mirror });
  // A camera that goes on behind another page would surprise whoever sits before it.
  window.addEventListener("pagehide", () => stop());

  part("plain").hidden = true;
  part("app").hidden = false;
  part("start").disabled = !tell(obstacle());
}
