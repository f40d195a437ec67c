// Formatted text: the Bot API's entities as elements.

import { element } from "./dom.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote",
};
const NAMES = new Set(["mention", "hashtag", "cashtag", "text_mention"]);

// JavaScript's strings count UTF-16 code units, as the Bot API does, so offsets need no conversion.
// `on` is what a tap on a command or on a link to the bot does: `say` and `start`, and the bot.
export function formatted(message, on) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities ?? [];
  return element("div", { class: "body" }, ...pieces(text, entities, 0, text.length, on));
}

function pieces(text, entities, start, end, on) {
  const out = [];
  let at = start;
  let left = entities;
  while (left.length) {
    const [first, ...others] = left;
    const stop = Math.min(first.offset + first.length, end);
    out.push(text.slice(at, first.offset));
    const inside = others.filter((entity) => entity.offset < stop);
    out.push(wrapped(first, text.slice(first.offset, stop), pieces(text, inside, first.offset, stop, on), on));
    left = others.filter((entity) => entity.offset >= stop);
    at = stop;
    // A quote is a block: the line break after it is not shown, as in Telegram.
    if (first.type.endsWith("blockquote") || first.type === "pre") at += text[at] === "\n" ? 1 : 0;
  }
  out.push(text.slice(at, end));
  return out;
}

function wrapped(entity, text, children, on) {
  switch (entity.type) {
    case "text_link": return link(entity.url, children, on);
    case "url": return link(/^https?:/i.test(text) ? text : `https://${text}`, children, on);
    case "email": return link(`mailto:${text}`, children, on);
    case "phone_number": return link(`tel:${text}`, children, on);
    case "bot_command": return saying(() => on.say(text), children);
    case "spoiler": return spoiler(children);
    case "expandable_blockquote": return expandable(children);
    default: {
      const name = NAMES.has(entity.type) ? "name" : undefined;
      return element(TAGS[entity.type] ?? "span", { class: name, "data-language": entity.language }, ...children);
    }
  }
}

function saying(act, children) {
  return element("button", { type: "button", class: "link", onclick: act }, ...children);
}

function spoiler(children) {
  const open = (event) => {
    event.currentTarget.classList.add("open");
    event.currentTarget.removeAttribute("aria-label");
  };
  const attributes = { type: "button", class: "spoiler", "aria-label": "Hidden text: press to read", onclick: open };
  return element("button", attributes, ...children);
}

function expandable(children) {
  const inner = element("div", { class: "clamped" }, ...children);
  const toggle = (event) => {
    const open = inner.classList.toggle("open");
    event.currentTarget.setAttribute("aria-expanded", open);
    event.currentTarget.textContent = open ? "Show less" : "Show more";
  };
  const more = element("button", { type: "button", class: "link", "aria-expanded": "false", onclick: toggle }, "Show more");
  return element("blockquote", { class: "expandable" }, inner, more);
}

// A quote that fits without being expanded needs no button for it.
export function fitQuotes(within) {
  for (const inner of within.querySelectorAll(".clamped:not(.open)")) {
    inner.nextElementSibling.hidden = inner.scrollHeight <= inner.clientHeight + 1;
  }
}

function link(url, children, on) {
  const command = deepLink(url, on.bot);
  if (command) return saying(() => on.start(command), children);
  return element("a", { href: safeAddress(url), target: "_blank", rel: "noopener noreferrer" }, ...children);
}

// Returns the command that a link to the bot stands for; nothing where the address is another one.
export function deepLink(url, bot) {
  const link = new RegExp(`^(?:https?://)?t\\.me/${bot.username}/?\\?start=([\\w-]{1,64})$`, "i").exec(url ?? "");
  return link && `/start ${link[1]}`;
}

export function safeAddress(url) {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}`;
  return /^(https?|mailto|tel|tg):/i.test(address) ? address : "#";
}
