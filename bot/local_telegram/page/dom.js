// Making elements. Text is never put into the page as HTML.

export const $ = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

// Change the page, and then put the focus where it was: on the control with the same data-key. If that is gone it goes
// to the text field, so that it is never lost.
export function keepingFocus(change) {
  const focused = document.activeElement;
  const key = focused?.closest("[data-key]")?.dataset.key;
  change();
  if (!focused || focused === document.body || focused.isConnected) return;
  const same = key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (same || $("text")).focus({ preventScroll: true });
}
