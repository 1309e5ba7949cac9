// Messages: one message, and lists of them that change only where something changed.

import { fileUrl } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { avatar, h, icon, toast } from "./dom.js";
import { emoji } from "./emoji.js";
import { menuButton } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { ago, clockTime, dayKey, dayName, fullTime } from "./times.js";

const TOGETHER_S = 300;
const PAGE = 150;

export const moment = (ts) => new Date(Number(ts) * 1000);
export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

function size(bytes) {
  if (!bytes && bytes !== 0) return "";
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function fileCard(file, session) {
  const name = file.name || file.title || file.id;
  const kind = name.includes(".") ? name.split(".").pop().toUpperCase() : "FILE";
  const url = fileUrl(file.id, session.userId);
  const about = [kind, size(file.size)].filter(Boolean).join(" · ");
  return h("a", { class: "file", href: url, download: name, data: { file: file.id }, "aria-label": `Download ${name}` },
    h("span", { class: `file-kind kind-${kind.toLowerCase()}`, text: kind.slice(0, 4) }),
    h("span", { class: "file-text" }, h("span", { text: name }), h("small", { text: about })), icon("download"));
}

function replyBar(message, replies, session, openThread) {
  if (!replies.length) return null;
  const authors = [...new Set(replies.map((reply) => reply.user))].slice(0, 4);
  const last = replies[replies.length - 1];
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  return h("button", { type: "button", class: "replies", data: { thread: message.ts }, on: { click: () => openThread(message.ts) } },
    h("span", { class: "faces" }, authors.map((id) => face(id, session, "tiny"))),
    h("span", { class: "count", text: count }), h("span", { class: "last", text: `Last reply ${ago(moment(last.ts), session.now())}` }));
}

function face(id, session, className, name) {
  const person = session.person(id);
  return avatar({ id, name: person?.real_name || person?.name || name, color: person?.color, isBot: session.isBot(id) }, className);
}

function tools(message, session, { openThread, inThread, shortcut }) {
  const canThread = !message.ephemeral && !inThread;
  const own = () => (session.state.bot.shortcuts || []).filter((one) => one.type === "message" && !message.ephemeral && session.installed);
  const entries = () => {
    const list = own().map((one) => ({ label: one.name, description: session.state.bot.name, icon: face(session.state.bot.user_id, session, "small"), data: { shortcut: one.callback_id }, choose: () => shortcut(one, message) }));
    if (canThread) list.unshift({ label: "Reply in thread", icon: icon("thread"), choose: () => openThread(message.ts) });
    if (message.text) list.push({ label: "Copy text", icon: icon("file"), choose: () => copy(message.text) });
    if (message.ephemeral) list.push({ label: "Dismiss message", icon: icon("close"), choose: () => dismiss(message, session) });
    return list;
  };
  return h("div", { class: "tools" },
    canThread ? h("button", { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread", on: { click: () => openThread(message.ts) } }, icon("thread")) : null,
    menuButton({ class: "icon-button message-menu", "aria-label": "More actions for this message", title: "More actions" }, icon("dots"), entries));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser did not allow copying.", "bad");
  }
}

function dismiss(message, session) {
  session.hidden.add(`${session.userId}|${message.ts}`);
  session.redraw();
}

function body(message, session, channel) {
  const { world } = session;
  const parts = [];
  if (message.blocks?.length) {
    const values = session.valuesOf(channel, message.ts, message.blocks);
    values.redraw(message.values);
    parts.push(drawBlocks(message.blocks, session.surface({ channel, ts: message.ts }, values)));
  } else if (message.text) {
    parts.push(mrkdwn(message.text, world));
  }
  if (message.edited) parts.push(h("span", { class: "edited", text: "(edited)", title: message.edited.ts ? `Edited ${fullTime(moment(message.edited.ts), world.zone)}` : "" }));
  if (message.files?.length) parts.push(h("div", { class: "file-list" }, message.files.map((file) => fileCard(file, session))));
  if (message.error && !session.failedIn(channel, message.ts)) parts.push(h("p", { class: "message-error" }, icon("warn"), typeof message.error === "string" ? message.error : "Leadbell did not answer."));
  if (message.reactions?.length) parts.push(h("div", { class: "reactions" }, message.reactions.map((one) => h("span", { class: "reaction", title: one.users.map(session.names()).join(", ") }, emoji(one.name) || `:${one.name}:`, h("span", { text: String(one.users.length) })))));
  return parts;
}

/** One message; `options` = {channel, compact, replies, openThread, inThread, shortcut}. */
export function drawMessage(message, session, options) {
  const { compact, replies = [], channel } = options;
  const person = session.person(message.user);
  const name = message.name || person?.real_name || person?.name || message.user;
  const sent = moment(message.ts);
  const { zone } = session.world;
  const time = h("time", { text: clockTime(sent, zone), title: fullTime(sent, zone), dateTime: sent.toISOString() });
  const app = session.isBot(message.user) || message.bot_id ? h("span", { class: "badge", text: "APP" }) : null;
  return h("article", { class: `message${compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`, data: { ts: message.ts, user: message.user, ephemeral: message.ephemeral ? "true" : null }, "aria-label": `${name}, ${clockTime(sent, zone)}` },
    message.ephemeral ? h("p", { class: "only-you" }, icon("eye"), "Only visible to you", h("button", { type: "button", class: "link", text: "Dismiss", on: { click: () => dismiss(message, session) } })) : null,
    h("div", { class: "gutter" }, compact ? time : face(message.user, session, "", name)),
    h("div", { class: "content" },
      compact ? null : h("header", {}, h("strong", { class: "author", text: name }), app, time),
      body(message, session, channel),
      replyBar(message, replies, session, options.openThread)),
    tools(message, session, options));
}

/** A list in a scrolling element; keeps unchanged messages as they are, with whatever is open or typed in them. */
export class MessageList {
  constructor(scroller, session, options) {
    Object.assign(this, { scroller, session, options });
    this.nodes = new Map();
    this.limit = PAGE;
    this.inner = h("div", { class: "list" });
    scroller.replaceChildren(this.inner);
  }

  reset() {
    this.nodes.clear();
    this.limit = PAGE;
    this.inner.replaceChildren();
  }

  atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 90;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  keep(key, signature, draw) {
    const old = this.nodes.get(key);
    const node = old && old.signature === signature ? old.node : draw();
    this.fresh.set(key, { node, signature });
    this.wanted.push(node);
  }

  /** Shows `messages` (oldest first); `repliesOf(ts)` gives the thread under each; `intro` stands above, a line before `firstNew`. */
  update(messages, repliesOf, { channel, inThread = false, intro, firstNew = null }) {
    const { session, options } = this;
    const today = dayKey(session.now(), session.world.zone);
    const end = this.atEnd();
    this.fresh = new Map();
    this.wanted = [];
    const shown = messages.filter((message) => !session.hidden.has(`${session.userId}|${message.ts}`));
    const part = shown.slice(-this.limit);
    if (part.length < shown.length) this.keep("earlier", String(shown.length), () => this.earlier());
    else if (intro) this.keep("intro", intro.key, intro.draw);
    const { zone } = session.world;
    let before = null;
    for (const message of part) {
      const day = dayKey(moment(message.ts), zone);
      if (!inThread && day !== before?.day) this.divider(day, message, zone);
      const isNew = message.ts === firstNew;
      if (isNew) {
        this.keep("new", "new", () => h("div", { class: "new-line", role: "separator" }, h("span", { text: "New" })));
      }
      const replies = repliesOf(message.ts);
      if (inThread && before?.message === part[0]) this.counted(part.length - 1);
      const compact = !isNew && !(inThread && before?.message === part[0]) && together(before?.message, message) && before.day === day;
      const lastAgo = replies.length ? ago(moment(replies[replies.length - 1].ts), session.now()) : "";
      const signature = JSON.stringify([message, compact, replies.map((reply) => reply.ts), lastAgo, session.userId, zone, today, Boolean(message.error) && session.failedIn(channel, message.ts)]);
      this.keep(message.ts, signature, () => drawMessage(message, session, { ...options, channel, compact, replies, inThread }));
      before = { message, day };
    }
    this.place();
    if (end) this.toEnd();
    return end;
  }

  divider(day, message, zone) {
    const label = dayName(moment(message.ts), this.session.now(), zone);
    this.keep(`day-${day}`, label, () => h("div", { class: "day", role: "separator" }, h("span", { text: label })));
  }

  counted(count) {
    const label = count === 1 ? "1 reply" : `${count} replies`;
    this.keep("count", label, () => h("div", { class: "reply-count", role: "separator" }, h("span", { text: label })));
  }

  earlier() {
    return h("button", { type: "button", class: "button earlier", text: "Show earlier messages", on: { click: () => {
      this.limit += PAGE;
      this.session.redraw();
    } } });
  }

  place() {
    const focus = rememberFocus(this.inner);
    this.wanted.forEach((node, index) => {
      if (this.inner.children[index] !== node) this.inner.insertBefore(node, this.inner.children[index] || null);
    });
    while (this.inner.children.length > this.wanted.length) this.inner.lastChild.remove();
    this.nodes = this.fresh;
    focus?.();
  }
}

function together(before, message) {
  return Boolean(before) && before.user === message.user && Boolean(before.ephemeral) === Boolean(message.ephemeral)
    && !message.ephemeral && Number(message.ts) - Number(before.ts) < TOGETHER_S;
}

/** Remembers the focused element of a message; the answer puts the focus back after a new drawing: on the same action, or
 * on the first one where it is gone (a card that was claimed has no Claim any more). */
export function rememberFocus(root) {
  const at = document.activeElement;
  const article = at && root.contains(at) ? at.closest("article") : null;
  if (!article) return null;
  const { actionId, blockId } = at.dataset;
  return () => {
    if (root.contains(at) && document.activeElement === at) return;
    const again = root.querySelector(`article[data-ts="${CSS.escape(article.dataset.ts)}"]`);
    const same = actionId && again ? [...again.querySelectorAll(`[data-action-id="${CSS.escape(actionId)}"]`)] : [];
    const twin = actionId ? same.find((node) => node.dataset.blockId === blockId) || same[0] || again?.querySelector("[data-action-id]") : at;
    twin?.focus({ preventScroll: true });
  };
}
