// The look inside: how the bot came to its last answer, and the Bot API calls of the chat that is shown.

import { $, element } from "./dom.js";

const CALLS_KEPT = 200;

export function showBulletin(bulletin) {
  $("bulletin").textContent = bulletin?.text ?? "";
  $("bulletin").className = bulletin?.kind ?? "";
}

export function showInside(chat) {
  const { inside } = chat;
  if (!inside) {
    $("explanation").replaceChildren(element("p", { class: "quiet" }, "Write to the bot to see how it comes to its answer."));
    return;
  }
  const message = chat.messages.get(inside.message_id);
  const words = message?.text ?? message?.caption ?? "a message that is gone";
  const seen = chat.answered ? `, on the page ${Math.round(chat.answered)} ms after it was sent` : "";
  $("explanation").replaceChildren(
    element("p", { class: "asked" }, words),
    element("p", { class: "quiet" }, `Thought for ${inside.milliseconds.toFixed(1)} ms${seen}.`),
    ...inside.sections.filter((section) => section.rows.length).flatMap(drawnSection),
  );
}

function drawnSection({ title, rows }) {
  return [element("h3", {}, title), element("ul", {}, ...rows.map(drawnRow))];
}

function drawnRow({ text, detail, share }) {
  const row = element("li", {}, element("span", {}, text));
  if (share !== null) {
    const bar = element("i", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", Math.max(0, Math.min(1, share)));
    row.append(element("b", {}, share.toFixed(2)), bar);
  }
  if (detail) row.append(element("small", {}, detail));
  return row;
}

export function showCalls(chat) {
  chat.calls.splice(0, chat.calls.length - CALLS_KEPT);
  $("calls").replaceChildren(...chat.calls.map(drawnCall).reverse());
}

export function addCall(chat, call) {
  chat.calls.push(call);
  chat.calls.splice(0, chat.calls.length - CALLS_KEPT);
  $("calls").prepend(drawnCall(call));
  while ($("calls").children.length > CALLS_KEPT) $("calls").lastElementChild.remove();
}

function drawnCall({ method, parameters, answer, status }) {
  const ok = answer?.ok;
  const result = answer === null ? "no answer" : ok ? "ok" : `${status} ${answer.description}`;
  return element("li", {}, element("details", {},
    element("summary", {}, element("code", {}, method), " ", element("span", { class: ok ? "good" : "bad" }, result)),
    element("h4", {}, "Parameters"), json(parameters),
    element("h4", {}, ok ? "Result" : "Answer"), json(ok ? answer.result : answer)));
}

const json = (value) => element("pre", { tabindex: "0" }, JSON.stringify(value, null, 2));
