// Starts the behaviours that a page asks for: data-module="drop-area relative-time".
// Every page is complete without them.

/** Starts the modules named within one part of the page. */
export function start(root) {
  for (const element of root.querySelectorAll("[data-module]")) {
    for (const name of element.dataset.module.split(" ")) {
      import(`./modules/${name}.js`)
        .then((module) => module.default(element))
        .catch((problem) => console.error(`The module ${name} did not start.`, problem));
    }
  }
}

start(document);
