// The chat page: the people in this tab talk with the bot. What happens comes as server-sent events, in the Bot API's
// own shapes; what people do goes out as JSON.

import { $, element, icon, keepingFocus } from "./dom.js";
import { addCall, showBulletin, showCalls, showInside } from "./inside.js";
import { openMenu } from "./menu.js";
import { deepLink, fitQuotes, formatted, safeAddress } from "./text.js";

const ASKS = new Set(["say", "edit", "send"]); // What the bot may answer.
const MESSAGE_TEXT = 4096;
const TAP_SECONDS = 15; // How long a button waits for the bot.
const STICKERS = ["👍", "❤️", "🙏", "😢"];
const session = (sessionStorage.session ??= crypto.randomUUID());

let bot = {};
let you = 0;
let chats = new Map();
let chat = null; // The one that is shown.
let context = null; // What the next text is: {edit: message} or {reply: message}; null for a new message.
let atEnd = true;
const pressed = new Map(); // The buttons whose taps the bot hasn't answered, by query.
const answered = new Set(); // Taps whose answer came before their number did.

// --- talking to the server --------------------------------------------------------------------------------------------

async function act(action, body = {}) {
  Object.assign(chat, { asked: ASKS.has(action) ? performance.now() : 0, explained: 0 });
  const about = { chat: chat.id, as: Number($("as").value) || you, ...body };
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(about) };
  try {
    const response = await fetch(`/page/${session}/${action}`, options);
    if (response.ok) return await response.json();
    show(await response.text());
  } catch {
    show("The preview doesn't answer. Is it still running?");
  }
  return null;
}

const say = (text, more = {}) => act("say", { text, ...more });

// A link to the bot opens the private chat with it.
function start(command) {
  openChat(chats.get(you));
  say(command);
}

function listen() {
  const events = new EventSource(`/page/${session}/events`);
  const on = (kind, handle) => events.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
  const onChat = (kind, handle) => on(kind, (event) => handle(chats.get(event.chat), event));
  on("state", (state) => {
    const [shown, written] = [chat?.messages.size, $("text").value];
    ({ bot, you } = state);
    pressed.clear();
    chats = new Map(state.chats.map((one) => [one.id, made(one)]));
    showBulletin(state.bulletin);
    keepingFocus(() => openChat(chats.get(chat?.id ?? Number(sessionStorage.chat)) ?? chats.get(you)));
    if (written) setText(written);
    if (shown && !chat.messages.size) show("The preview was started anew, and the chat begins again.");
  });
  on("chat", (one) => { chats.set(one.id, made(one)); openChat(chats.get(one.id)); });
  on("bot", (news) => {
    bot = news;
    for (const one of chats.values()) if (!one.members.length) one.title = bot.name;
    drawHeader();
    drawChats();
    offerCommands();
    afterDrawing(false);
  });
  on("bulletin", showBulletin);
  onChat("message", (where, { message }) => put(where, message));
  onChat("edit", (where, { message }) => put(where, message));
  onChat("delete", (where, { message_id }) => remove(where, message_id));
  onChat("keyboard", (where, { keyboard }) => { where.keyboard = keyboard; where.keyboardOpen = true; drawKeyboard(); });
  onChat("clear", (where) => {
    where.messages.clear();
    Object.assign(where, { keyboard: null, inside: null, calls: [] });
    if (where === chat) openChat(where);
    else drawChats();
  });
  onChat("action", (where) => typing(where, true));
  onChat("notice", (_where, notice) => noticed(notice));
  onChat("inside", (where, { inside }) => {
    Object.assign(where, { inside, explained: where.asked, answered: 0 });
    if (where === chat) showInside(chat);
  });
  onChat("call", (where, { call }) => { if (where === chat) addCall(chat, call); else where.calls.push(call); });
  events.onopen = () => connection(true);
  events.onerror = () => connection(false);
}

function made(one) {
  const messages = new Map(one.messages.map((message) => [message.message_id, message]));
  return { ...one, messages, title: one.title || bot.name, unread: 0, draft: "", keyboardOpen: true };
}

function noticed({ query, text, alert, url }) {
  if (!release(query)) answered.add(query);
  const command = deepLink(url, bot);
  if (command) start(command);
  else if (url) window.open(url, "_blank", "noopener");
  if (!text) return;
  if (!alert) { show(text); return; }
  $("alert-title").textContent = bot.name;
  $("alert-text").textContent = text;
  $("alert").showModal();
}

// Let a button be tapped again. Returns whether it waited.
function release(query) {
  pressed.get(query)?.removeAttribute("aria-busy");
  return pressed.delete(query);
}

// --- small notes ------------------------------------------------------------------------------------------------------

let noticeEnds = 0;

function show(text) {
  clearTimeout(noticeEnds);
  $("notice").textContent = text;
  noticeEnds = setTimeout(() => { $("notice").textContent = ""; }, 5000);
}

let connected = true;

function connection(good) {
  connected = good;
  drawStatus();
}

// Telegram shows it for five seconds, or until the message comes.
function typing(where, now) {
  clearTimeout(where.typing);
  where.typing = now ? setTimeout(() => typing(where, false), 5000) : 0;
  drawStatus();
}

function drawStatus() {
  const grouped = chat?.members.length > 0;
  const said = !connected ? "connecting …" : chat?.typing ? (grouped ? `${bot.name} is typing` : "typing") : "";
  $("status").classList.toggle("typing", Boolean(chat?.typing) && connected);
  const text = said || (grouped ? `${chat.members.length + 1} members` : "bot");
  if ($("status").textContent !== text) $("status").textContent = text;
}

// --- the chats --------------------------------------------------------------------------------------------------------

function openChat(next) {
  if (chat && chat !== next) chat.draft = context?.edit ? "" : $("text").value;
  if (chat?.id !== next.id) {
    setContext(null);
    $("text").value = next.draft;
  }
  chat = next;
  sessionStorage.chat = chat.id;
  chat.unread = 0;
  drawHeader();
  const members = chat.members.map(({ id, first_name: name }) => element("option", { value: id }, name));
  $("as").replaceChildren(...members);
  $("as").hidden = members.length === 0;
  drawChats();
  drawAll();
  showInside(chat);
  showCalls(chat);
  offerCommands();
}

function drawHeader() {
  $("bot-name").textContent = document.title = chat.title;
  drawAvatar($("avatar"), chat);
  $("about-text").textContent = bot.about;
  drawStatus();
}

function drawAvatar(place, { title, members }) {
  place.textContent = title.slice(0, 1);
  place.dataset.colour = members.length ? 1 : 0;
}

function drawChats() {
  const items = [...chats.values()].map((one) => {
    const last = [...one.messages.values()].pop();
    const avatar = element("span", { class: "avatar", "aria-hidden": "true" });
    drawAvatar(avatar, one);
    const open = () => { openChat(one); closeSheet(); if (!isNarrow.matches) $("text").focus(); };
    const words = element("span", {}, element("b", {}, one.title), element("small", {}, last ? summary(last) : "No messages"));
    const button = element("button", {
      type: "button", "data-key": `chat ${one.id}`, "aria-current": one === chat ? "true" : false, onclick: open,
    }, avatar, words);
    if (one.unread) {
      button.append(element("span", { class: "unread" }, `${one.unread}`, element("span", { class: "unseen" }, " unread")));
    }
    return element("li", {}, button);
  });
  keepingFocus(() => $("chat-list").replaceChildren(...items));
  $("new-group").hidden = chats.size > 1;
}

// --- drawing ----------------------------------------------------------------------------------------------------------

function put(where, message) {
  const known = where.messages.has(message.message_id);
  where.messages.set(message.message_id, message);
  const theirs = message.from.id === bot.id;
  if (theirs) typing(where, false);
  if (theirs && where.explained) {
    where.answered = performance.now() - where.explained;
    where.explained = 0;
    if (where === chat) showInside(chat);
  }
  if (where !== chat && theirs) where.unread += known ? 0 : 1;
  drawChats();
  if (where !== chat) return;
  keepingFocus(() => {
    if (known) $(`message-${message.message_id}`)?.replaceWith(bubble(message));
    else $("messages").append(...dayBefore(message), bubble(message));
  });
  fitQuotes($(`message-${message.message_id}`));
  afterDrawing(atEnd || message.from.id === you);
}

function remove(where, id) {
  where.messages.delete(id);
  drawChats();
  if (where !== chat) return;
  if ((context?.edit ?? context?.reply)?.message_id === id) setContext(null);
  keepingFocus(() => $(`message-${id}`)?.remove());
  for (const day of $("messages").querySelectorAll(".day")) {
    if (!day.nextElementSibling || day.nextElementSibling.matches(".day")) day.remove();
  }
  afterDrawing(false);
}

function drawAll() {
  // A chat that is opened is not read out as if all of it had just been said.
  $("log").setAttribute("aria-live", "off");
  keepingFocus(() => {
    $("messages").replaceChildren();
    for (const message of chat.messages.values()) $("messages").append(...dayBefore(message), bubble(message));
  });
  fitQuotes($("messages"));
  drawKeyboard();
  afterDrawing(true);
  setTimeout(() => $("log").setAttribute("aria-live", "polite"), 100);
}

function afterDrawing(scroll) {
  $("about").hidden = chat.messages.size > 0 || !bot.about || chat.members.length > 0;
  $("start").hidden = chat.messages.size > 0 || chat.members.length > 0;
  if (scroll) showLatest();
}

function showLatest() {
  $("log").scrollTop = $("log").scrollHeight;
}

function dayBefore(message) {
  const day = new Date(message.date * 1000).toLocaleDateString([], { day: "numeric", month: "long" });
  const last = [...$("messages").querySelectorAll(".day")].pop();
  return last?.textContent === day ? [] : [element("li", { class: "day" }, element("span", {}, day))];
}

function bubble(message) {
  const mine = message.from.id === you;
  const name = nameOf(message);
  const box = element("div", { class: message.sticker ? "bubble bare" : "bubble" });
  if (chat.members.length && !mine) box.append(element("b", { class: "sender" }, name));
  else box.append(element("span", { class: "unseen" }, `${name}: `));
  if (message.reply_to_message) box.append(quoted(message.reply_to_message));
  box.append(...attached(message), formatted(message, { bot, say, start }), foot(message), moreButton(message, name));
  box.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a") || String(getSelection())) return;
    event.preventDefault();
    openActions(message, box.querySelector(".more"));
  });
  box.addEventListener("dblclick", (event) => { // Words are marked by it.
    if (!event.target.closest(".body, button")) setContext({ reply: message });
  });
  const item = element("li", { id: `message-${message.message_id}`, class: mine ? "message mine" : "message" }, box);
  for (const row of message.reply_markup?.inline_keyboard ?? []) {
    item.append(element("div", { class: "row" }, ...row.map((button) => inlineButton(message, button))));
  }
  return item;
}

function nameOf(message) {
  if (message.from.id === you) return "You";
  return message.from.id === bot.id ? bot.name : message.from.first_name;
}

function foot(message) {
  const time = new Date(message.date * 1000).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  return element("span", { class: "foot" }, (message.marked ? "edited " : "") + time);
}

function moreButton(message, name) {
  const label = `Actions, ${name}: ${summary(message, 40)}`;
  return element("button", {
    type: "button", class: "more", "aria-label": label, "aria-haspopup": "menu", "data-key": `more ${message.message_id}`,
    onclick: (event) => openActions(message, event.currentTarget),
  }, icon("more"));
}

function openActions(message, anchor) {
  const items = [["Reply", () => setContext({ reply: message })]];
  if (message.text && message.from.id !== bot.id) items.push(["Edit", () => setContext({ edit: message })]);
  if (message.text ?? message.caption) {
    items.push(["Copy text", () => navigator.clipboard?.writeText(message.text ?? message.caption)]);
  }
  items.push(["Delete", () => act("delete", { message_id: message.message_id })]);
  openMenu(anchor, "Message", items);
}

function quoted(message) {
  const to = () => {
    const item = $(`message-${message.message_id}`);
    item?.scrollIntoView({ block: "center" });
    item?.classList.add("found");
    setTimeout(() => item?.classList.remove("found"), 1500);
  };
  return element("button", { type: "button", class: "quoted", onclick: to }, element("b", {}, nameOf(message)),
    element("span", { class: "unseen" }, ": "), element("span", {}, summary(message)));
}

function attached(message) {
  if (message.photo) return [element("div", { class: "photo", role: "img", "aria-label": "Picture" })];
  if (message.sticker) return [element("div", { class: "sticker", role: "img", "aria-label": attachment(message) }, message.sticker.emoji)];
  if (message.voice) return [element("div", { class: "voice" }, attachment(message))];
  const name = attachment(message);
  return name ? [element("p", { class: "attachment" }, name)] : [];
}

function attachment(message) {
  if (message.photo) return "Picture";
  if (message.sticker) return `Sticker ${message.sticker.emoji}`;
  if (message.voice) return `Voice message, ${message.voice.duration} s`;
  return message.text || message.caption ? "" : "Message";
}

function summary(message, most = 80) {
  const text = [attachment(message), message.text ?? message.caption].filter(Boolean).join(", ");
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function inlineButton(message, button) {
  const command = deepLink(button.url, bot);
  if (command) return element("button", { type: "button", onclick: () => start(command) }, button.text);
  if (button.url) {
    const href = safeAddress(button.url);
    const out = element("span", { class: "out", "aria-hidden": "true" }, "↗");
    return element("a", { class: "button", href, target: "_blank", rel: "noopener noreferrer" }, button.text, out);
  }
  if (!button.callback_data) {
    const other = () => show("The local Telegram knows buttons with a callback or an address only.");
    return element("button", { type: "button", onclick: other }, button.text);
  }
  const tap = async (event) => {
    const pressedButton = event.currentTarget; // Gone from the event after the first await.
    if (pressedButton.hasAttribute("aria-busy")) return;
    pressedButton.setAttribute("aria-busy", "true");
    const answer = await act("tap", { message_id: message.message_id, data: button.callback_data });
    if (answer && !answered.delete(answer.query)) {
      pressed.set(answer.query, pressedButton);
      setTimeout(() => release(answer.query), 1000 * TAP_SECONDS);
    } else {
      pressedButton.removeAttribute("aria-busy");
    }
  };
  const key = `tap ${message.message_id} ${button.callback_data}`;
  return element("button", { type: "button", "data-key": key, onclick: tap }, button.text);
}

function drawKeyboard() {
  const markup = chat.keyboard;
  const press = (text) => () => {
    if (markup.one_time_keyboard) { chat.keyboardOpen = false; drawKeyboard(); }
    say(text);
  };
  const rows = (markup?.keyboard ?? []).map((row) => element("div", { class: "row" }, ...row.map(({ text }) =>
    element("button", { type: "button", "data-key": `key ${text}`, onclick: press(text) }, text))));
  keepingFocus(() => $("keyboard").replaceChildren(...rows));
  $("keyboard").hidden = !rows.length || !chat.keyboardOpen;
  $("keyboard-toggle").hidden = !rows.length;
  $("keyboard-toggle").setAttribute("aria-expanded", chat.keyboardOpen);
  $("text").placeholder = markup?.input_field_placeholder || "Message";
}

// --- commands ---------------------------------------------------------------------------------------------------------

let choice = 0;

const menu = () => bot.commands[chat.id] ?? [];

function offered() {
  const text = $("text").value;
  return context?.edit || !/^\/\w*$/.test(text) ? [] : menu().filter(({ command }) => `/${command}`.startsWith(text));
}

function offerCommands() {
  const commands = offered();
  choice = Math.min(choice, Math.max(commands.length - 1, 0));
  $("commands").replaceChildren(...commands.map(({ command, description }, i) => {
    const option = { id: `command-${i}`, role: "option", "aria-selected": String(i === choice), onclick: () => sendCommand(command) };
    return element("li", option, element("b", {}, `/${command}`), " ", element("span", {}, description));
  }));
  $("commands").hidden = commands.length === 0;
  if (commands.length) $("text").setAttribute("aria-activedescendant", `command-${choice}`);
  else $("text").removeAttribute("aria-activedescendant");
  $(`command-${choice}`)?.scrollIntoView({ block: "nearest" });
}

function sendCommand(command) {
  setText("");
  $("text").focus();
  say(`/${command}`);
}

// Returns whether the key was for the list of commands.
function chooseCommand(key) {
  const commands = offered();
  if (!commands.length) return false;
  switch (key) {
    case "ArrowDown": choice = (choice + 1) % commands.length; break;
    case "ArrowUp": choice = (choice + commands.length - 1) % commands.length; break;
    case "Tab":
      if ($("text").value === `/${commands[choice].command}`) return false; // Nothing to complete: the focus moves on.
      setText(`/${commands[choice].command}`);
      break;
    case "Enter": sendCommand(commands[choice].command); return true;
    case "Escape": setText(""); $("text").focus(); return true;
    default: return false;
  }
  offerCommands();
  return true;
}

// --- writing ----------------------------------------------------------------------------------------------------------

function setText(text) {
  $("text").value = text;
  choice = 0;
  offerCommands();
}

function setContext(next) {
  if (context?.edit) setText("");
  context = next;
  $("context").hidden = !next;
  if (!next) return;
  const message = next.edit ?? next.reply;
  $("context-title").textContent = next.edit ? "Edit message" : `Reply to ${nameOf(message)}`;
  $("context-text").textContent = summary(message);
  if (next.edit) setText(next.edit.text);
  $("text").focus();
}

async function send() {
  const text = $("text").value.trim();
  if (!text) return;
  if (text.length > MESSAGE_TEXT) { show(`A message holds at most ${MESSAGE_TEXT} characters; this has ${text.length}.`); return; }
  const [where, meant] = [chat.id, context];
  // The field is free at once: what is typed while the server answers is the next message.
  setContext(null);
  setText("");
  const answer = meant?.edit
    ? await act("edit", { message_id: meant.edit.message_id, text })
    : await say(text, { reply_to: meant?.reply?.message_id ?? 0 });
  // What was refused can be mended.
  if (answer || where !== chat.id || $("text").value) return;
  setContext(meant);
  setText(text);
}

async function sendFile(what, more = {}) {
  const sent = await act("send", { what, reply_to: context?.reply?.message_id ?? 0, ...more });
  if (sent) setContext(null);
  return sent;
}

function editLast() {
  const last = [...chat.messages.values()].filter((message) => message.from.id !== bot.id && message.text).pop();
  if (last) setContext({ edit: last });
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
$("text").addEventListener("input", () => { choice = 0; offerCommands(); });
$("text").addEventListener("keydown", (event) => {
  if (event.isComposing || event.shiftKey) return;
  if (chooseCommand(event.key)) {
    event.preventDefault();
  } else if (event.key === "Enter") {
    event.preventDefault();
    send();
  } else if (event.key === "ArrowUp" && !$("text").value) {
    event.preventDefault();
    editLast();
  } else if (event.key === "Escape" && context) {
    setContext(null);
  }
});
$("commands").addEventListener("keydown", (event) => { if (event.key !== "Tab" && chooseCommand(event.key)) event.preventDefault(); });
$("context-cancel").addEventListener("click", () => { setContext(null); $("text").focus(); });
$("start").addEventListener("click", () => { say("/start"); $("text").focus(); });
$("menu").addEventListener("click", () => { setText(offered().length ? "" : "/"); $("text").focus(); });
$("clear").addEventListener("click", () => openMenu($("clear"), "Clear this chat", [["Delete all messages", () => act("clear")]]));
$("new-group").addEventListener("click", async () => { if (await act("group")) { closeSheet(); $("text").focus(); } });
$("keyboard-toggle").addEventListener("click", () => { chat.keyboardOpen = !chat.keyboardOpen; drawKeyboard(); });
$("attach").addEventListener("click", () => openMenu($("attach"), "Attach", [
  ["Picture …", () => { $("caption").value = $("text").value; $("picture").showModal(); }],
  ["Voice message", () => sendFile("voice")],
  ...STICKERS.map((emoji) => [`Sticker ${emoji}`, () => sendFile("sticker", { emoji })]),
]));
$("picture-cancel").addEventListener("click", () => $("picture").close("cancel"));
$("picture").addEventListener("close", async () => {
  if ($("picture").returnValue !== "send") return;
  $("picture").returnValue = "";
  $("text").focus();
  if (await sendFile("photo", { caption: $("caption").value.trim() })) setText("");
});

// --- the page itself --------------------------------------------------------------------------------------------------

const isNarrow = matchMedia("(max-width: 60rem)"); // Where the look inside is a sheet over the chat.
const isPhone = matchMedia("(max-width: 44rem)"); // Where the list of chats is one too.
const SHEETS = { chats: isPhone, inside: isNarrow };

// A sheet lies over the chat, which can't be reached as long as it does.
function openSheet(name) {
  const open = document.body.dataset.open;
  document.body.dataset.open = name;
  for (const one of ["chats", "inside"]) $(`${one}-open`).setAttribute("aria-expanded", name === one);
  const covered = name && SHEETS[name].matches;
  $("chat").inert = covered;
  $("chats").inert = covered && name !== "chats";
  if (covered) $(`${name}-close`).focus();
  else if (open && !name) $(`${open}-open`).focus();
}

function closeSheet() {
  const open = document.body.dataset.open;
  if (open && SHEETS[open].matches) openSheet("");
}

function toggleInside() {
  openSheet(document.body.dataset.open === "inside" ? "" : "inside");
}

for (const name of ["chats", "inside"]) $(`${name}-close`).addEventListener("click", () => openSheet(""));
$("chats-open").addEventListener("click", () => openSheet("chats"));
$("inside-open").addEventListener("click", toggleInside);
isNarrow.addEventListener("change", () => openSheet(""));
isPhone.addEventListener("change", () => openSheet(""));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeSheet(); });

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

function drawTheme() {
  const chosen = localStorage.theme;
  if (chosen) document.documentElement.dataset.theme = chosen;
  $("theme").setAttribute("aria-pressed", chosen ? chosen === "dark" : prefersDark.matches);
}

$("theme").addEventListener("click", () => {
  localStorage.theme = $("theme").getAttribute("aria-pressed") === "true" ? "light" : "dark";
  drawTheme();
});
prefersDark.addEventListener("change", drawTheme);

// When the keyboard or a message takes room from the chat, its latest message stays in sight, unless one has scrolled up.
let lastTop = 0;
$("log").addEventListener("scroll", () => {
  const { scrollTop, clientHeight, scrollHeight } = $("log");
  const near = scrollTop + clientHeight > scrollHeight - 40;
  if (near || scrollTop < lastTop) atEnd = near;
  lastTop = scrollTop;
  $("latest").hidden = atEnd;
});
$("latest").addEventListener("click", () => { showLatest(); $("text").focus(); });
new ResizeObserver(() => { if (atEnd) showLatest(); }).observe($("log"));

drawTheme();
if (!isNarrow.matches) openSheet("inside");
listen();
