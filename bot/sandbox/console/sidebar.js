// The frame: workspace name, who is acting, channels with their unread dots, and jumping to a place.

import { avatar, h, icon, initials } from "./dom.js";

const keyOf = (team, user, channel) => `leadbell.seen.${team}.${user}.${channel}`;

/** Which messages of each channel the person has seen, kept in the browser. */
export class Unread {
  constructor(session) {
    this.session = session;
    this.latest = new Map();
  }

  /** The newest message seen; a mark from a sandbox whose clock ran further ahead does not count. */
  seen(channel, team = this.session.state.workspace.id, user = this.session.userId) {
    const ts = localStorage.getItem(keyOf(team, user, channel)) || "0";
    return Number(ts) * 1000 > this.session.now().getTime() + 60000 ? "0" : ts;
  }

  /** In how many conversations of another workspace something new waits for the person who acts there. */
  elsewhere(team, user, latest) {
    return Object.entries(latest).filter(([channel, ts]) => Number(ts) > Number(this.seen(channel, team, user))).length;
  }

  see(channel, messages) {
    const last = messages[messages.length - 1];
    if (last && Number(last.ts) > Number(this.seen(channel))) localStorage.setItem(keyOf(this.session.state.workspace.id, this.session.userId, channel), last.ts);
  }

  isNew(channel, message) {
    return message.user !== this.session.userId && Number(message.ts) > Number(this.seen(channel));
  }

  /** Takes what a channel holds now. */
  note(channel, messages) {
    const key = `${this.session.userId}|${channel}`;
    this.latest.set(key, messages.filter((message) => message.user !== this.session.userId).map((message) => message.ts));
  }

  count(channel) {
    const seen = Number(this.seen(channel));
    return (this.latest.get(`${this.session.userId}|${channel}`) || []).filter((ts) => Number(ts) > seen).length;
  }
}

function item({ label, picture, current, count, badge, data, choose }) {
  const unread = count > 0 && !current;
  return h("li", {}, h("button", { type: "button", class: `place${current ? " current" : ""}${unread ? " unread" : ""}`, "aria-current": current ? "page" : null, data, on: { click: choose } },
    picture, h("span", { class: "place-name", text: label }),
    unread ? (badge ? h("span", { class: "count", text: count > 99 ? "99+" : String(count) }) : h("span", { class: "dot" })) : null,
    unread ? h("span", { class: "hidden-text", text: `, ${count} new` }) : null));
}

const channelIcon = (channel) => icon(channel.is_private ? "lock" : "hash");

/** All places of the person, for the sidebar and for jumping. */
export function places(session) {
  const { bot } = session.state;
  const list = session.channels.map((channel) => ({ kind: "channel", id: channel.id, label: channel.name, picture: () => channelIcon(channel), shared: channel.is_shared }));
  const known = session.state.dms.some((dm) => dm.id === session.botDm);
  if (session.installed || known) list.push({ kind: "dm", id: session.botDm, label: bot.name, picture: () => avatar({ isBot: true }, "tiny") });
  for (const dm of session.state.dms.filter((one) => one.id !== session.botDm && (one.user === session.userId || one.members?.includes(session.userId)))) {
    const other = session.person(dm.members?.find((id) => id !== session.userId) || dm.user);
    if (other) list.push({ kind: "dm", id: dm.id, label: other.real_name, picture: () => avatar({ id: other.id, name: other.real_name, color: other.color }, "tiny") });
  }
  if (session.hasHome) list.push({ kind: "home", id: "home", label: `${bot.name} Home`, picture: () => avatar({ isBot: true }, "tiny") });
  return list;
}

function group(title, entries) {
  return h("section", { class: "group", "aria-label": title }, h("h2", { text: title }), h("ul", {}, entries));
}

/** Draws the list of places; answers how many are unread. */
export function drawPlaces(session, unread, current, go) {
  let waiting = 0;
  const entry = (place) => {
    const count = place.kind === "home" ? 0 : unread.count(place.id);
    const isCurrent = place.id === current;
    if (count && !isCurrent) waiting += 1;
    const node = item({
      label: place.label, picture: place.picture(), current: isCurrent, count, badge: place.kind === "dm",
      data: place.kind === "home" ? { view: "home" } : { channel: place.id }, choose: () => go(place.id),
    });
    if (place.shared) node.querySelector(".place-name").after(h("span", { class: "shared", title: "Shared with another company" }, icon("shared")));
    return node;
  };
  const all = places(session);
  const of = (kind) => all.filter((place) => place.kind === kind).map(entry);
  const root = document.getElementById("places");
  const focused = root.contains(document.activeElement) ? { ...document.activeElement.dataset } : null;
  const groups = [["Channels", of("channel")], ["Direct messages", of("dm")], ["Apps", of("home")]];
  root.replaceChildren(...groups.filter(([, entries]) => entries.length).map(([title, entries]) => group(title, entries)));
  if (focused) root.querySelector(focused.channel ? `[data-channel="${CSS.escape(focused.channel)}"]` : "[data-view]")?.focus();
  return waiting;
}

export function drawWorkspace(session) {
  const { workspace, bot } = session.state;
  document.getElementById("workspace").replaceChildren(
    h("strong", { text: workspace.name }),
    ...(session.installed ? [] : [h("small", { text: `${bot.name} is not installed` })]));
}

/** The workspaces, one under the other, each with a mark where something new waits. */
export function drawRail(session, waiting, go) {
  const root = document.getElementById("rail");
  const { workspaces = [], workspace } = session.state;
  const signature = JSON.stringify([workspaces.map((one) => [one.id, one.name, waiting.get(one.id) || 0]), workspace.id]);
  if (root.dataset.signature === signature) return;
  root.dataset.signature = signature;
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.team : null;
  root.replaceChildren(...workspaces.map((one) => {
    const current = one.id === workspace.id;
    const news = current ? 0 : waiting.get(one.id) || 0;
    return h("button", { type: "button", class: `team${current ? " current" : ""}${news ? " unread" : ""}`, title: one.name, "aria-current": current ? "true" : null, data: { team: one.id }, on: { click: () => go(one.id) } },
      h("span", { class: "workspace-mark", text: initials(one.name), "aria-hidden": "true" }),
      h("span", { class: "hidden-text", text: news ? `${one.name}, new messages` : one.name }),
      news ? h("span", { class: "team-news", "aria-hidden": "true" }) : null);
  }));
  if (focused) root.querySelector(`[data-team="${CSS.escape(focused)}"]`)?.focus();
}

/** The person switcher: a card that says who acts, with a native select over it. */
export function drawWho(session, change) {
  const root = document.getElementById("who");
  const { me, state } = session;
  const select = root.querySelector("select") || h("select", { id: "person", "aria-label": "Act as", title: "Act as another person", on: { change: (event) => change(event.target.value) } });
  const signature = JSON.stringify(state.people);
  if (select.dataset.signature !== signature) {
    select.dataset.signature = signature;
    select.replaceChildren(...state.people.map((person) => h("option", { value: person.id, text: [person.real_name || person.name, person.title || (person.guest ? "Guest" : "")].filter(Boolean).join(" — ") })));
  }
  select.value = me.id;
  const role = me.title || (me.is_admin ? "Admin" : me.guest ? "Guest" : "Member");
  const card = h("div", { class: "who-card", "aria-hidden": "true" },
    avatar({ id: me.id, name: me.real_name || me.name, color: me.color }),
    h("span", { class: "who-text" }, h("span", { class: "who-label", text: "You are" }), h("strong", { text: me.real_name || me.name }), h("small", { text: role })), icon("down"));
  root.querySelector(".who-card")?.remove();
  root.prepend(card);
  if (!select.isConnected) root.append(select);
}

/** Ctrl/Cmd+K: type a few letters of a place, Enter goes there. */
export function openJump(session, unread, go) {
  document.getElementById("jump-dialog")?.remove();
  let active = 0;
  let found = [];
  const box = h("input", { type: "text", placeholder: "Jump to a channel or a direct message", "aria-label": "Jump to", role: "combobox", "aria-expanded": "true", "aria-controls": "jump-list", autocomplete: "off" });
  const list = h("div", { id: "jump-list", role: "listbox", "aria-label": "Places" });
  const dialog = h("dialog", { id: "jump-dialog", class: "sheet", "aria-label": "Jump to" }, h("div", { class: "jump-box" }, icon("search"), box), list);
  const choose = (place) => {
    dialog.close();
    go(place.id);
  };
  const draw = () => {
    list.replaceChildren(...found.map((place, index) => h("div", { role: "option", id: `jump-${index}`, class: index === active ? "active" : "", "aria-selected": index === active ? "true" : "false", on: { click: () => choose(place) } },
      place.picture(), h("span", { class: "menu-text", text: place.label }), place.kind !== "home" && unread.count(place.id) ? h("span", { class: "dot" }) : null)));
    if (!found.length) list.append(h("div", { class: "popup-note", text: "No place has that name" }));
    box.setAttribute("aria-activedescendant", `jump-${active}`);
  };
  const search = () => {
    const wanted = box.value.trim().toLowerCase().replace(/^[#@]/, "");
    found = places(session).filter((place) => place.label.toLowerCase().includes(wanted));
    active = 0;
    draw();
  };
  box.addEventListener("input", search);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && found[active]) choose(found[active]);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") active = (active + (event.key === "ArrowDown" ? 1 : -1) + found.length) % Math.max(1, found.length);
    else return;
    event.preventDefault();
    if (dialog.open) draw();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  search();
  box.focus();
}
