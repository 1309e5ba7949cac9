// The message box: messages, slash commands, mentions, files and the app's shortcuts.

import { post, upload } from "./api.js";
import { avatar, h, icon, toast, uniqueId } from "./dom.js";
import { menuButton } from "./menu.js";

const commandOf = (entry) => (typeof entry === "string" ? { command: entry } : entry);

/** A message as it is sent: "@max" and "#leads" as ids (Slack itself escapes what people type). */
export function outgoing(text, people, channels) {
  return text.replace(/(^|\s)([@#])([\w.-]*\w)/g, (whole, before, sign, name) => {
    const wanted = name.toLowerCase();
    const found = sign === "@" ? people.find((person) => person.name.toLowerCase() === wanted) : channels.find((channel) => channel.name === wanted);
    return found ? `${before}<${sign}${found.id}>` : whole;
  });
}

export class Composer {
  /** `where()` gives {channel, name, thread, archived}; without `files`, nothing can be attached. */
  constructor(session, { id, where, files = true }) {
    Object.assign(this, { session, where, files, drafts: new Map(), key: null, items: [], active: 0 });
    this.listId = uniqueId("suggestions");
    this.list = h("div", { class: "popup suggestions", role: "listbox", id: this.listId, "aria-label": "Suggestions", hidden: true });
    this.box = h("textarea", { id, rows: 1, "aria-label": "Message", "aria-autocomplete": "list", "aria-controls": this.listId, autocomplete: "off" });
    this.picker = h("input", { type: "file", hidden: true, multiple: true, tabIndex: -1, "aria-label": "Files to upload", id: `${id}-files` });
    this.sendButton = h("button", { type: "button", class: "send", "aria-label": "Send", title: "Send", disabled: true, on: { click: () => this.send() } }, icon("send"));
    this.status = h("p", { class: "composer-status", role: "status" });
    const plus = menuButton({ class: "icon-button plus", id: `${id}-plus`, "aria-label": "Attach files and run shortcuts", title: "Files and shortcuts" }, icon("plus"), () => this.entries());
    const slash = h("button", { type: "button", class: "icon-button", "aria-label": "Slash commands", title: "Slash commands", on: { click: () => this.startCommand() } }, h("span", { class: "slash", text: "/" }));
    const at = h("button", { type: "button", class: "icon-button", "aria-label": "Mention someone", title: "Mention someone", on: { click: () => this.insert("@") } }, h("span", { class: "slash", text: "@" }));
    const attach = files && h("button", { type: "button", class: "icon-button", "aria-label": "Upload a file", title: "Upload a file", on: { click: () => this.picker.click() } }, icon("clip"));
    const hint = h("span", { class: "keys" }, h("kbd", { text: "Enter" }), " to send, ", h("kbd", { text: "Shift Enter" }), " for a new line");
    this.node = h("div", { class: "composer-wrap" }, this.status,
      h("div", { class: "composer" }, this.list, this.box, h("div", { class: "composer-tools" }, plus, attach, at, slash, hint, this.sendButton), this.picker));
    this.listen();
  }

  listen() {
    this.box.addEventListener("input", () => this.typed());
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("blur", () => setTimeout(() => this.suggest([]), 120));
    this.picker.addEventListener("change", () => this.attach([...this.picker.files]));
    this.node.addEventListener("dragover", (event) => event.preventDefault());
    this.node.addEventListener("drop", (event) => {
      event.preventDefault();
      this.attach([...event.dataTransfer.files]);
    });
  }

  /** Called when the place or the person changes: every place keeps its own draft. */
  moved() {
    const { channel, name, thread, archived } = this.where();
    this.box.disabled = Boolean(archived);
    const key = `${this.session.userId}|${channel}|${thread || ""}`;
    this.box.placeholder = archived ? "This channel is archived" : thread ? "Reply…" : `Message ${name}`;
    this.box.setAttribute("aria-label", this.box.placeholder);
    if (key === this.key) return;
    if (this.key) this.drafts.set(this.key, this.box.value);
    this.key = key;
    this.box.value = this.drafts.get(key) || "";
    this.note("");
    this.typed();
  }

  note(text, kind = "") {
    this.status.textContent = text;
    this.status.className = `composer-status ${kind}`;
  }

  entries() {
    const { bot } = this.session.state;
    const shortcuts = this.session.installed ? (bot.shortcuts || []).filter((one) => one.type === "global") : [];
    const list = this.files ? [{ heading: "Attach" }, { label: "Upload from your computer", icon: icon("clip"), choose: () => this.picker.click() }] : [];
    if (shortcuts.length) list.push({ heading: "Shortcuts" });
    for (const one of shortcuts) {
      list.push({ label: one.name, description: one.description || bot.name, icon: avatar({ isBot: true }, "small"), data: { shortcut: one.callback_id }, choose: () => this.shortcut(one) });
    }
    return list;
  }

  /** Everybody who can be mentioned, the app too. */
  get mentionable() {
    const { people, bot } = this.session.state;
    return [...people, { id: bot.user_id, name: bot.name, real_name: bot.name, title: "App", isBot: true }];
  }

  /** The app's commands, and Slack's own way to bring it into a channel. */
  get commands() {
    const { state, installed } = this.session;
    if (!installed) return [];
    const { channel } = this.where();
    const here = state.channels.find((one) => one.id === channel);
    const own = state.bot.commands.map(commandOf);
    if (!here || here.members.includes(state.bot.user_id)) return own;
    return [...own, { command: "/invite", usage_hint: `@${state.bot.name}`, description: `Add ${state.bot.name} to #${here.name}` }];
  }

  async shortcut(one) {
    await this.guard(() => post("shortcut", { user: this.session.userId, callback_id: one.callback_id }), `“${one.name}” did not work`);
  }

  async guard(work, what) {
    try {
      const answer = await work();
      if (answer && answer.ok === false) throw new Error(answer.error || what);
      return true;
    } catch (error) {
      this.note(error.message, "bad");
      return false;
    } finally {
      await this.session.refresh();
    }
  }

  async attach(files) {
    if (!this.files) return;
    const { channel } = this.where();
    for (const file of files) {
      this.note(`Uploading ${file.name}…`);
      if (!(await this.guard(() => upload(this.session.userId, file, channel), `${file.name} could not be uploaded.`))) break;
      this.note("");
    }
    this.picker.value = "";
  }

  startCommand() {
    if (!this.box.value.startsWith("/")) this.box.value = `/${this.box.value}`;
    this.box.focus();
    this.typed();
  }

  insert(text) {
    const { selectionStart: at, value } = this.box;
    const space = at && !/\s/.test(value[at - 1]) ? " " : "";
    this.box.setRangeText(space + text, at, at, "end");
    this.box.focus();
    this.typed();
  }

  typed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 200)}px`;
    this.sendButton.disabled = !this.box.value.trim();
    this.suggest(this.matches());
  }

  matches() {
    const { value, selectionStart } = this.box;
    const before = value.slice(0, selectionStart);
    const { state, channels } = this.session;
    if (/^\/\S*$/.test(before)) {
      return this.commands.filter((one) => one.command.startsWith(before) && one.command !== before).map((one) => ({
        label: one.command, hint: one.usage_hint || "", description: one.description || state.bot.name, from: 0, text: `${one.command} `, picture: avatar({ isBot: true }, "small"),
      }));
    }
    const word = before.match(/(?:^|\s)([@#])([\w.-]*)$/);
    if (!word) return [];
    const from = selectionStart - word[2].length - 1;
    const wanted = word[2].toLowerCase();
    if (word[1] === "#") {
      return channels.filter((one) => one.name.startsWith(wanted) && one.name !== wanted).map((one) => ({ label: `#${one.name}`, description: one.topic, from, text: `#${one.name} `, picture: icon("hash") }));
    }
    // A name typed to its end needs no suggestion: Enter then sends.
    const fits = (one) => one.name.toLowerCase() !== wanted && `${one.name} ${one.real_name}`.toLowerCase().includes(wanted);
    return this.mentionable.filter(fits).map((one) => ({ label: one.real_name, description: one.title, from, text: `@${one.name} `, picture: avatar({ id: one.id, name: one.real_name, color: one.color, isBot: one.isBot }, "small") }));
  }

  suggest(items) {
    this.items = items.slice(0, 8);
    this.active = 0;
    this.list.hidden = !this.items.length;
    this.list.replaceChildren(...this.items.map((item, index) => h("div", { role: "option", id: `${this.listId}-${index}`, "aria-selected": "false", on: { pointerdown: (event) => this.pick(event, item) } },
      item.picture, h("span", { class: "menu-text" }, h("span", {}, item.label, item.hint ? h("span", { class: "usage", text: ` ${item.hint}` }) : null), item.description ? h("small", { text: item.description }) : null))));
    this.highlight();
  }

  highlight() {
    [...this.list.children].forEach((node, index) => {
      node.classList.toggle("active", index === this.active);
      node.setAttribute("aria-selected", index === this.active ? "true" : "false");
    });
    if (this.items.length) this.box.setAttribute("aria-activedescendant", `${this.listId}-${this.active}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  pick(event, item) {
    event.preventDefault();
    this.box.setRangeText(item.text, item.from, this.box.selectionStart, "end");
    this.suggest([]);
    this.box.focus();
    this.sendButton.disabled = false;
  }

  onKey(event) {
    if (event.isComposing) return;
    const { key } = event;
    const open = this.items.length > 0;
    if (open && (key === "ArrowDown" || key === "ArrowUp")) {
      this.active = (this.active + (key === "ArrowDown" ? 1 : -1) + this.items.length) % this.items.length;
      this.highlight();
      event.preventDefault();
    } else if (open && (key === "Tab" || key === "Enter") && !event.shiftKey) {
      this.pick(event, this.items[this.active]);
    } else if (open && key === "Escape") {
      this.suggest([]);
      event.stopPropagation();
    } else if (key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    }
  }

  async send() {
    const text = this.box.value.trim();
    if (!text) return;
    const { channel, thread } = this.where();
    const { userId: user, state, channels } = this.session;
    const isCommand = /^\/\S/.test(text);
    if (isCommand && thread) {
      this.note(`${text.split(/\s/)[0]} is not supported in threads. Sorry!`, "bad");
      return;
    }
    const { key } = this;
    this.box.value = "";
    this.note("");
    this.typed();
    const slow = setTimeout(() => isCommand && this.note(`Waiting for ${state.bot.name}…`), 500);
    const work = isCommand
      ? () => post("command", { user, channel, text })
      : () => post("message", { user, channel, text: outgoing(text, this.mentionable, channels), thread_ts: thread || undefined });
    const sent = await this.guard(work, "It could not be sent.");
    clearTimeout(slow);
    if (sent) this.note("");
    else if (this.key === key && !this.box.value) this.box.value = text;
    else this.drafts.set(key, text);
    this.typed();
    this.sentHere?.();
  }
}

/** Runs a message shortcut from the menu of a message. */
export async function messageShortcut(session, one, channel, message) {
  try {
    const answer = await post("shortcut", { user: session.userId, callback_id: one.callback_id, channel, ts: message.ts });
    if (answer && answer.ok === false) throw new Error(answer.error || `“${one.name}” did not work.`);
  } catch (error) {
    toast(error.message, "bad");
  }
  await session.refresh();
}
