// The console: starts, keeps the page equal to what the acting person sees, and goes from place to place.

import { ApiError, at, get, watch } from "./api.js";
import { Composer, messageShortcut } from "./composer.js";
import { avatar, h, icon } from "./dom.js";
import { Home } from "./home.js";
import { MessageList, isReply } from "./messages.js";
import { Modal } from "./modal.js";
import { SandboxPanel } from "./sandbox.js";
import { Session } from "./session.js";
import { Unread, drawPlaces, drawRail, drawWho, drawWorkspace, openJump, places } from "./sidebar.js";

const $ = (id) => document.getElementById(id);
const OTHERS_MS = 2500;
const STATE_KEY = "leadbell.who";
const personKey = (team) => `${STATE_KEY}.${team}`;

class Console {
  constructor() {
    const session = new Session();
    this.session = session;
    this.team = "";
    this.place = null;
    this.threadTs = null;
    this.messages = [];
    this.wanted = null;
    this.news = new Map();
    this.left = new Map();
    session.refresh = () => this.refresh(true);
    session.redraw = () => this.draw();
    session.openChannel = (id) => this.go(id);
    this.unread = new Unread(session);
    this.modal = new Modal(session);
    this.home = new Home($("home"), session);
    this.panel = new SandboxPanel($("sandbox"), session);
    const openThread = (ts) => this.openThread(ts);
    const shortcut = (one, message) => messageShortcut(session, one, this.place, message);
    this.list = new MessageList($("messages"), session, { openThread, shortcut });
    this.composer = new Composer(session, { id: "composer", where: () => ({ channel: this.place, name: this.title(), archived: this.channel?.is_archived }) });
    this.composer.sentHere = () => this.list.toEnd();
    $("compose").append(this.composer.node);
    this.makeThread(openThread, shortcut);
    this.listen();
  }

  makeThread(openThread, shortcut) {
    this.threadScroll = h("div", { class: "thread-messages", role: "log", "aria-label": "Replies", tabindex: 0 });
    this.threadList = new MessageList(this.threadScroll, this.session, { openThread, shortcut });
    this.threadComposer = new Composer(this.session, { id: "thread-composer", files: false, where: () => ({ channel: this.place, name: this.title(), thread: this.threadTs }) });
    this.threadComposer.sentHere = () => this.threadList.toEnd();
    this.threadPlace = h("small", {});
    $("thread").append(h("div", { class: "pane-head" },
      h("h2", {}, "Thread", this.threadPlace),
      h("button", { type: "button", class: "icon-button", id: "thread-close", "aria-label": "Close thread", on: { click: () => this.openThread(null) } }, icon("close"))),
    this.threadScroll, this.threadComposer.node);
  }

  listen() {
    $("menu").append(icon("menu"));
    $("menu").addEventListener("click", () => this.drawer(!document.body.classList.contains("drawer")));
    $("shade").addEventListener("click", () => this.drawer(false));
    $("jump").append(icon("search"), h("span", { class: "jump-text" }), h("kbd", { text: /Mac|iP/.test(navigator.platform) ? "⌘K" : "Ctrl K" }));
    $("jump").addEventListener("click", () => this.jump());
    $("newer").addEventListener("click", () => this.list.toEnd());
    $("messages").addEventListener("scroll", () => this.scrolled());
    $("skip").addEventListener("click", (event) => {
      event.preventDefault();
      this.composer.box.focus();
    });
    document.addEventListener("keydown", (event) => this.onKey(event));
    window.addEventListener("hashchange", () => this.fromHash());
  }

  onKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) this.jump();
    } else if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) {
      if (document.body.classList.contains("drawer")) this.drawer(false);
      else if (this.threadTs) this.openThread(null);
    }
  }

  jump() {
    if (this.session.state) openJump(this.session, this.unread, (id) => this.go(id));
  }

  drawer(open) {
    document.body.classList.toggle("drawer", open);
    $("shade").hidden = !open;
    $("menu").setAttribute("aria-expanded", open ? "true" : "false");
    if (open) $("places").querySelector("button")?.focus();
    else if ($("sidebar").contains(document.activeElement)) $("menu").focus();
  }

  scrolled() {
    if (this.list.atEnd()) $("newer").hidden = true;
  }

  // ---- where we are --------------------------------------------------------------------------

  get where() {
    return places(this.session).find((place) => place.id === this.place);
  }

  get channel() {
    return this.session.channels.find((one) => one.id === this.place);
  }

  title() {
    const place = this.where;
    if (!place) return "";
    return place.kind === "channel" ? `#${place.label}` : place.label;
  }

  /** The address is #<person>/<place>, so that a page can be reloaded, kept and sent. */
  fromHash() {
    if (!this.session.state) return;
    const [user, place] = decodeURIComponent(location.hash.slice(1)).split("/");
    const elsewhere = this.session.state.workspaces.find((one) => one.people.includes(user));
    if (elsewhere && elsewhere.id !== this.team) this.enter(elsewhere.id, user, place);
    else if (this.session.state.people.some((person) => person.id === user) && user !== this.session.userId) this.become(user, place);
    else if (place && place !== this.place) this.go(place);
  }

  /**
   * Goes to another workspace: as the person who acted there last, where they were. Until its state is here, requests
   * are about the one that is left: people and places are asked for only where they are.
   */
  enter(team, user, place) {
    this.drawer(false);
    if (team === this.team) return undefined;
    if (this.place) this.left.set(this.team, this.place);
    this.team = team;
    this.wanted = { user: user || this.actingIn(team), place: place || this.left.get(team) };
    this.modal.hide();
    this.place = null;
    this.threadTs = null;
    this.messages = [];
    return this.refresh(true);
  }

  /** Who acts in a workspace: whoever did last. */
  actingIn(team) {
    const one = this.session.state.workspaces.find((each) => each.id === team);
    const kept = localStorage.getItem(personKey(team));
    return one.people.includes(kept) ? kept : one.person;
  }

  keepPerson() {
    localStorage.setItem(STATE_KEY, this.session.userId);
    localStorage.setItem(personKey(at.team), this.session.userId);
  }

  become(user, place) {
    this.session.userId = user;
    this.keepPerson();
    this.modal.hide();
    const wasDm = this.where === undefined && this.place !== "home";
    const wanted = place || (wasDm ? this.session.botDm : this.place);
    const open = this.session.channels.some((channel) => channel.id === wanted) || wanted === this.session.botDm || (wanted === "home" && this.session.hasHome);
    this.place = null;
    this.go(open ? wanted : this.session.channels[0]?.id || this.session.botDm);
  }

  go(id) {
    this.drawer(false);
    const same = id === this.place;
    if (!same && !places(this.session).some((place) => place.id === id)) return;
    if (!same) {
      this.place = id;
      this.threadTs = null;
      this.messages = [];
      this.loaded = false;
      this.list.reset();
      this.entered = false;
      if (id === "home") this.home.reset();
      history.replaceState(null, "", `#${this.session.userId}/${id}`);
    }
    this.draw();
    if (id !== "home" && matchMedia("(pointer: fine)").matches) this.composer.box.focus();
    this.refresh(true, id === "home" && !same);
  }

  openThread(ts) {
    const before = this.threadTs;
    this.threadTs = ts;
    if (ts !== before) this.threadList.reset();
    this.draw();
    if (ts) {
      this.threadList.toEnd();
      this.threadComposer.box.focus();
    } else if (before) {
      document.querySelector(`[data-thread="${CSS.escape(before)}"]`)?.focus();
    }
  }

  // ---- what the sandbox says -----------------------------------------------------------------

  /** Fetches what the person sees; a call while one is under way makes one more follow it. */
  refresh(now = false, opened = false) {
    this.opened ||= opened;
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.fetchAll(now).finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        return this.refresh();
      }
      return undefined;
    });
    return this.running;
  }

  async fetchAll() {
    try {
      const state = await get("state", this.team ? { team: this.team } : { user: this.asked()[0] || "" });
      if (this.team && state.workspace.id !== this.team) return; // somebody went to another workspace meanwhile
      at.team = this.team = state.workspace.id;
      this.session.accept(state);
      if (!this.place) this.start();
      const { session, place } = this;
      const user = session.userId;
      const isHome = place === "home";
      const open = this.opened;
      this.opened = false;
      const [messages, view, home] = await Promise.all([
        isHome ? [] : session.messages(place),
        get("view", { user }),
        isHome ? get("home", open ? { user, open: 1 } : { user }) : null,
      ]);
      this.offline("");
      if (user !== session.userId || place !== this.place) return;
      this.messages = messages;
      this.loaded = true;
      if (isHome) this.home.update(home);
      this.draw();
      if (!this.modal.busy) this.modal.show(view);
      this.others();
    } catch (error) {
      if (error instanceof ApiError) this.offline(error.message);
      else reportError(error);
    }
  }

  offline(text) {
    $("offline").hidden = !text;
    $("offline").replaceChildren(...(text ? [icon("warn"), h("span", { text })] : []));
  }

  /** The person and the place that the page is to show: by its address, else as the browser was left. */
  asked() {
    const [user, place] = decodeURIComponent(location.hash.slice(1)).split("/");
    return [user || localStorage.getItem(STATE_KEY), place];
  }

  /** Begins in a workspace. */
  start() {
    const { session } = this;
    const [user, place] = this.wanted ? [this.wanted.user, this.wanted.place] : this.asked();
    this.wanted = null;
    const known = (id) => session.state.people.some((person) => person.id === id);
    session.userId = [user, this.actingIn(at.team), session.state.people[0].id].find(known);
    this.keepPerson();
    this.list.reset();
    this.loaded = false;
    this.entered = false;
    const ids = places(session).map((one) => one.id);
    this.place = ids.includes(place) ? place : ids[0];
    this.opened = this.place === "home";
    if (this.place === "home") this.home.reset();
    history.replaceState(null, "", `#${session.userId}/${this.place}`);
    document.body.classList.add("ready");
  }

  /** Looks into the other channels for unread messages, not more often than every few seconds. */
  others() {
    if (this.waiting) return;
    const wait = Math.max(0, (this.lookedAt || 0) + OTHERS_MS - Date.now());
    this.waiting = setTimeout(async () => {
      this.waiting = null;
      this.lookedAt = Date.now();
      const user = this.session.userId;
      const ids = places(this.session).filter((place) => place.kind !== "home" && place.id !== this.place).map((place) => place.id);
      for (const id of ids) {
        const messages = await this.session.messages(id).catch(() => null);
        if (user !== this.session.userId) return;
        if (messages) this.unread.note(id, messages);
      }
      await this.otherWorkspaces();
      this.drawPlaces();
    }, wait);
  }

  async otherWorkspaces() {
    for (const { id: team } of this.session.state.workspaces) {
      if (team === at.team) continue;
      const user = this.actingIn(team);
      const latest = await get("latest", { team, user }).catch(() => null);
      if (latest) this.news.set(team, this.unread.elsewhere(team, user, latest));
    }
  }

  // ---- drawing -------------------------------------------------------------------------------

  draw() {
    const { session, place } = this;
    const isHome = place === "home";
    drawWho(session, (user) => this.become(user));
    drawWorkspace(session);
    this.panel.update();
    this.drawHead();
    $("home").hidden = !isHome;
    $("channel").hidden = isHome;
    $("jump").querySelector(".jump-text").textContent = `Jump to… ${session.state.workspace.name}`;
    if (!isHome) this.drawMessages();
    this.drawThread();
    this.drawPlaces();
  }

  drawPlaces() {
    const waiting = drawPlaces(this.session, this.unread, this.place, (id) => this.go(id));
    drawRail(this.session, this.news, (team) => this.enter(team));
    const elsewhere = [...this.news].some(([team, news]) => team !== at.team && news > 0);
    $("menu").classList.toggle("has-unread", waiting > 0 || elsewhere);
    const name = this.title();
    document.title = `${waiting ? `(${waiting}) ` : ""}${name} · ${this.session.state.workspace.name} sandbox`;
  }

  drawHead() {
    const { session, place } = this;
    const { bot } = session.state;
    const { channel } = this;
    const head = $("place-head");
    const signature = JSON.stringify([place, channel, session.userId, bot]);
    if (head.dataset.signature === signature) return;
    head.dataset.signature = signature;
    $("messages").setAttribute("aria-label", `Messages in ${this.title()}`);
    if (channel) {
      head.replaceChildren(h("h1", {}, icon(channel.is_private ? "lock" : "hash"), channel.name), channel.topic ? h("p", { class: "topic", text: channel.topic }) : null, this.faces(channel));
      return;
    }
    const isBot = place === "home" || place === session.botDm;
    const tab = (id, label) => h("button", { type: "button", role: "tab", "aria-selected": id === place ? "true" : "false", data: { tab: id }, text: label, on: { click: () => this.go(id) } });
    head.replaceChildren(h("h1", {}, isBot ? avatar({ isBot: true }, "small") : icon("person"), isBot ? bot.name : this.title(), isBot ? h("span", { class: "badge", text: "APP" }) : null),
      ...(isBot && this.session.hasHome ? [h("div", { class: "tabs", role: "tablist", "aria-label": bot.name }, tab("home", "Home"), tab(session.botDm, "Messages"))] : []));
  }

  faces(channel) {
    const shown = channel.members.map((id) => this.session.person(id)).filter(Boolean);
    const label = shown.map((person) => person.real_name || person.name).join(", ");
    return h("div", { class: "members", title: label, "aria-label": `${shown.length} members: ${label}`, role: "img" },
      shown.slice(0, 4).map((person) => avatar({ id: person.id, name: person.real_name || person.name, color: person.color, isBot: person.isBot }, "small")), h("span", { text: String(shown.length) }));
  }

  drawMessages() {
    const { place, unread, messages } = this;
    this.composer.moved();
    if (!this.loaded) return;
    const byThread = this.threads();
    const roots = messages.filter((message) => !isReply(message) || message.broadcast || !byThread.roots.has(message.thread_ts));
    const first = !this.entered;
    this.entered = true;
    if (first) this.firstNew = roots.find((message) => unread.isNew(place, message))?.ts ?? null;
    const last = roots[roots.length - 1]?.ts;
    const end = this.list.update(roots, (ts) => byThread.replies(ts), { channel: place, firstNew: this.firstNew, intro: this.intro() });
    if (first) this.list.toEnd();
    else if (!end && Number(last) > Number(this.lastShown)) this.showNewer();
    this.lastShown = last || "0";
    unread.note(place, messages);
    if (!document.hidden) unread.see(place, messages);
  }

  showNewer() {
    $("newer").hidden = false;
    $("newer").replaceChildren(icon("down"), "New messages");
  }

  threads() {
    const roots = new Set(this.messages.filter((message) => !isReply(message)).map((message) => message.ts));
    const all = new Map();
    for (const message of this.messages) {
      if (!isReply(message)) continue;
      if (!all.has(message.thread_ts)) all.set(message.thread_ts, []);
      all.get(message.thread_ts).push(message);
    }
    return { roots, replies: (ts) => all.get(ts) || [] };
  }

  intro() {
    const { session, place, channel } = this;
    const title = this.title();
    const text = channel ? `This is the very beginning of ${title}.${channel.topic ? ` ${channel.topic}` : ""}` : `This is your conversation with ${title}. Type / to see what it can do.`;
    return { key: `${place}|${title}`, draw: () => h("div", { class: "intro" }, channel ? h("span", { class: "intro-mark" }, icon(channel.is_private ? "lock" : "hash")) : avatar({ isBot: place === session.botDm, id: place, name: title }, "large"), h("h2", { text: title }), h("p", { text })) };
  }

  drawThread() {
    const { threadTs, messages, place } = this;
    const root = threadTs && messages.find((message) => message.ts === threadTs);
    $("thread").hidden = !root;
    document.body.classList.toggle("has-thread", Boolean(root));
    if (!root) return;
    this.threadPlace.textContent = this.title();
    this.threadComposer.moved();
    const replies = this.threads().replies(threadTs);
    this.threadList.update([root, ...replies], () => [], { channel: place, inThread: true });
  }
}

const page = new Console();
page.refresh();
watch(() => page.refresh());
