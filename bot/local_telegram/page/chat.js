// The chat page: a person in this tab talks with the bot. What happens comes as server-sent events, in the Bot API's
// own shapes; what the person does goes out as JSON. Text is never put into the page as HTML.

const $ = (id) => document.getElementById(id);
const main = document.querySelector("main");
const session = (sessionStorage.session ??= crypto.randomUUID());

let bot = {};
let messages = new Map();
let keyboard = null;
let context = null; // What the next text is: {edit: message} or {reply: message}; null for a new message.
let typingTimer = 0;
let atEnd = true;
const pressed = new Map(); // The buttons whose taps the bot hasn't answered, by query.
const answered = new Set(); // Taps whose answer came before their number did.

// --- talking to the server --------------------------------------------------------------------------------------------

async function act(action, body = {}) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const response = await fetch(`/page/${session}/${action}`, options);
    if (response.ok) return await response.json();
    show(await response.text());
  } catch {
    show("The preview doesn't answer. Is it still running?");
  }
  return null;
}

function listen() {
  const events = new EventSource(`/page/${session}/events`);
  const on = (kind, handle) => events.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
  on("state", (state) => {
    bot = state.bot;
    keyboard = state.keyboard;
    messages = new Map(state.messages.map((message) => [message.message_id, message]));
    $("bot-name").textContent = document.title = bot.name;
    $("about-text").textContent = bot.about;
    drawCommands();
    drawAll();
  });
  on("message", (message) => put(message));
  on("edit", (message) => put(message));
  on("delete", ({ message_id }) => { messages.delete(message_id); drawAll(); });
  on("keyboard", (change) => { keyboard = change.keyboard; drawKeyboard(); });
  on("clear", () => { messages.clear(); keyboard = null; setContext(null); drawAll(); });
  on("action", () => status("typing …"));
  on("notice", noticed);
  events.onopen = () => status("");
  events.onerror = () => status("The preview doesn't answer. Trying again …", true);
}

function noticed({ query, text, alert, url }) {
  const button = pressed.get(query);
  if (button) button.disabled = false;
  if (!pressed.delete(query)) answered.add(query);
  if (url) window.open(url, "_blank", "noopener");
  if (!text) return;
  if (!alert) return show(text);
  $("alert-text").textContent = text;
  $("alert").showModal();
}

// --- small notes ------------------------------------------------------------------------------------------------------

function show(text) {
  $("notice").textContent = text;
  setTimeout(() => { if ($("notice").textContent === text) $("notice").textContent = ""; }, 5000);
}

function status(text, lasting = false) {
  clearTimeout(typingTimer);
  $("status").textContent = text;
  if (text && !lasting) typingTimer = setTimeout(() => status(""), 5000);
}

// --- drawing ----------------------------------------------------------------------------------------------------------

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function put(message) {
  const known = messages.has(message.message_id);
  messages.set(message.message_id, message);
  if (message.from.id === bot.id) status("");
  if (known) $(`message-${message.message_id}`)?.replaceWith(bubble(message));
  else $("messages").append(bubble(message));
  afterDrawing(!known);
}

function drawAll() {
  $("messages").replaceChildren(...[...messages.values()].map(bubble));
  drawKeyboard();
  afterDrawing(true);
}

function afterDrawing(scroll) {
  $("about").hidden = messages.size > 0 || !bot.about;
  $("start").hidden = messages.size > 0;
  if (scroll) showLatest();
}

function showLatest() {
  main.scrollTop = main.scrollHeight;
}

function bubble(message) {
  const mine = message.from.id !== bot.id;
  const time = new Date(message.date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const foot = element("div", { class: "foot" }, (message.edit_date ? "edited " : "") + time);
  foot.append(element("button", { type: "button", onclick: () => setContext({ reply: message }) }, "Reply"));
  if (mine && message.text) {
    foot.append(element("button", { type: "button", onclick: () => setContext({ edit: message }) }, "Edit"));
  }
  const box = element("div", { class: "bubble" }, element("span", { class: "unseen" }, mine ? "You: " : `${bot.name}: `));
  if (message.reply_to_message) box.append(element("p", { class: "quoted" }, summary(message.reply_to_message)));
  const attachment = attached(message);
  if (attachment) box.append(element("p", { class: "attachment" }, attachment));
  box.append(body(message), foot);
  const item = element("li", { id: `message-${message.message_id}`, class: mine ? "message mine" : "message" }, box);
  for (const row of message.reply_markup?.inline_keyboard ?? []) {
    item.append(element("div", { class: "row" }, ...row.map((button) => inlineButton(message, button))));
  }
  return item;
}

function attached(message) {
  if (message.photo) return "Picture";
  if (message.voice) return `Voice message, ${message.voice.duration} s`;
  return "";
}

const summary = (message) => (message.text ?? message.caption ?? attached(message)).slice(0, 80);

function inlineButton(message, button) {
  if (button.url) {
    const href = safeAddress(button.url);
    return element("a", { class: "button", href, target: "_blank", rel: "noopener noreferrer" }, `${button.text} ↗`);
  }
  const tap = async (event) => {
    const pressedButton = event.currentTarget; // Gone from the event after the first await.
    pressedButton.disabled = true;
    const answer = await act("tap", { message_id: message.message_id, data: button.callback_data });
    if (answer && !answered.delete(answer.query)) pressed.set(answer.query, pressedButton);
    else pressedButton.disabled = false;
  };
  return element("button", { type: "button", onclick: tap }, button.text);
}

function drawKeyboard() {
  const rows = (keyboard?.keyboard ?? []).map((row) => {
    const buttons = row.map(({ text }) => element("button", { type: "button", onclick: () => act("say", { text }) }, text));
    return element("div", { class: "row" }, ...buttons);
  });
  $("keyboard").replaceChildren(...rows);
  $("text").placeholder = keyboard?.input_field_placeholder || "Message";
}

function drawCommands() {
  const button = ({ command, description }) => {
    const say = () => act("say", { text: `/${command}` });
    return element("button", { type: "button", title: description, onclick: say }, `/${command}`);
  };
  $("commands").replaceChildren(...bot.commands.map(button));
}

// --- formatted text ---------------------------------------------------------------------------------------------------

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote",
};

// JavaScript's strings count UTF-16 code units, as the Bot API does, so offsets need no conversion.
function body(message) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities ?? [];
  return element("div", { class: "body" }, ...pieces(text, entities, 0, text.length));
}

function pieces(text, entities, start, end) {
  const out = [];
  let at = start;
  let left = entities;
  while (left.length) {
    const [first, ...others] = left;
    const stop = Math.min(first.offset + first.length, end);
    out.push(text.slice(at, first.offset));
    const inside = others.filter((entity) => entity.offset < stop);
    out.push(wrapped(first, text.slice(first.offset, stop), pieces(text, inside, first.offset, stop)));
    left = others.filter((entity) => entity.offset >= stop);
    at = stop;
  }
  out.push(text.slice(at, end));
  return out;
}

function wrapped(entity, text, children) {
  switch (entity.type) {
    case "text_link": return link(entity.url, children);
    case "url": return link(/^https?:/i.test(text) ? text : `https://${text}`, children);
    case "email": return link(`mailto:${text}`, children);
    case "bot_command":
      return element("a", { href: "#", onclick: (event) => { event.preventDefault(); act("say", { text }); } }, ...children);
    case "spoiler": {
      const open = (event) => event.currentTarget.classList.add("open");
      return element("button", { type: "button", class: "spoiler", title: "Hidden text: press to read", onclick: open },
        ...children);
    }
    case "expandable_blockquote":
      return element("blockquote", {}, element("details", {}, element("summary", {}, "Show more"), ...children));
    default:
      return element(TAGS[entity.type] ?? "span", {}, ...children);
  }
}

function link(url, children) {
  const start = new RegExp(`^https?://t\\.me/${bot.username}/?\\?start=([\\w-]{1,64})$`, "i").exec(url);
  if (start) {
    const open = (event) => { event.preventDefault(); act("say", { text: `/start ${start[1]}` }); };
    return element("a", { href: "#", onclick: open }, ...children);
  }
  return element("a", { href: safeAddress(url), target: "_blank", rel: "noopener noreferrer" }, ...children);
}

function safeAddress(url) {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}`;
  return /^(https?|mailto|tel|tg):/i.test(address) ? address : "#";
}

// --- writing ----------------------------------------------------------------------------------------------------------

function setContext(next) {
  context = next;
  $("context").hidden = !next;
  if (next?.edit) {
    $("context-text").textContent = "Editing your message";
    $("text").value = next.edit.text;
  } else if (next?.reply) {
    $("context-text").textContent = `Reply to: ${summary(next.reply)}`;
  }
  if (next) $("text").focus();
}

async function send() {
  const text = $("text").value.trim();
  if (!text) return;
  const answer = context?.edit
    ? await act("edit", { message_id: context.edit.message_id, text })
    : await act("say", { text, reply_to: context?.reply?.message_id ?? 0 });
  if (!answer) return;
  $("text").value = "";
  setContext(null);
}

function editLast() {
  const last = [...messages.values()].filter((message) => message.from.id !== bot.id && message.text).pop();
  if (last) setContext({ edit: last });
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  } else if (event.key === "ArrowUp" && !$("text").value) {
    event.preventDefault();
    editLast();
  } else if (event.key === "Escape" && context) {
    $("text").value = "";
    setContext(null);
  }
});
$("context-cancel").addEventListener("click", () => {
  if (context?.edit) $("text").value = "";
  setContext(null);
});
$("start").addEventListener("click", () => act("say", { text: "/start" }));
$("send-photo").addEventListener("click", () => act("send", { what: "photo" }));
$("send-voice").addEventListener("click", () => act("send", { what: "voice" }));
$("clear").addEventListener("click", () => act("clear"));

// When the keyboard or a notice takes room from the chat, its latest message stays in sight.
main.addEventListener("scroll", () => { atEnd = main.scrollTop + main.clientHeight > main.scrollHeight - 40; });
new ResizeObserver(() => { if (atEnd) showLatest(); }).observe(main);

listen();
