// The one popup menu: arrow keys move, Escape and a click elsewhere close, and the focus goes back where it was.

import { $, element } from "./dom.js";

export function openMenu(anchor, label, items) {
  const popup = $("popup");
  const choose = (act) => () => { close(anchor); act(); };
  popup.replaceChildren(...items.map(([text, act]) =>
    element("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: choose(act) }, text)));
  popup.setAttribute("aria-label", label);
  popup.showPopover();
  place(popup, anchor.getBoundingClientRect());
  popup.firstElementChild.focus();
  popup.ontoggle = (event) => {
    if (event.newState === "closed" && popup.contains(document.activeElement)) anchor.focus();
  };
}

function close(anchor) {
  anchor.focus({ preventScroll: true });
  $("popup").hidePopover();
}

function place(popup, at) {
  const room = 8;
  const left = Math.min(Math.max(at.right - popup.offsetWidth, room), innerWidth - popup.offsetWidth - room);
  const below = at.bottom + popup.offsetHeight + room < innerHeight;
  popup.style.left = `${left}px`;
  popup.style.top = `${below ? at.bottom : Math.max(at.top - popup.offsetHeight, room)}px`;
}

$("popup").addEventListener("keydown", (event) => {
  const items = [...$("popup").children];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Tab") $("popup").hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  items[next % items.length].focus();
});
