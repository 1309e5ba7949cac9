// The sandbox's own controls, which a real workspace does not have: leads, the clock, and things going wrong.

import { post } from "./api.js";
import { h, icon, toast } from "./dom.js";
import { shortMoment, untilTomorrowNine } from "./times.js";

const SLACK_KINDS = [
  ["429", "answers 429 (too many requests)"], ["500", "answers 500"], ["503", "answers 503"], ["hang", "never answers"], ["slow", "answers slowly"],
  ["refuse", "drops the connection"], ["withhold", "does it, then drops the connection"], ["channel_not_found", "cannot find the channel"],
  ["is_archived", "says the channel is archived"], ["token_revoked", "has revoked the token"],
];
const PROVIDER_KINDS = [
  ["401", "refuses the key (401)"], ["429", "answers 429 (too many requests)"], ["500", "answers 500"], ["503", "answers 503"], ["hang", "never answers"], ["slow", "answers slowly"],
];
const OPEN_KEY = "leadbell.sandbox.open";

function option([value, label]) {
  return h("option", { value, text: label });
}

export class SandboxPanel {
  constructor(node, session) {
    Object.assign(this, { node, session });
    this.time = h("span", { class: "sandbox-time" });
    this.toggle = h("button", { type: "button", id: "sandbox-toggle", class: "sandbox-toggle", "aria-controls": "sandbox-panel", on: { click: () => this.open(this.panel.hidden) } },
      icon("flask"), h("span", { class: "sandbox-title" }, "Sandbox", this.time), icon("down"));
    this.panel = h("div", { id: "sandbox-panel" });
    node.append(this.toggle, this.panel);
    // A low window needs the room for the channels, until somebody opens the panel.
    const kept = localStorage.getItem(OPEN_KEY);
    this.show(kept ? kept === "yes" : window.innerHeight >= 680);
    setInterval(() => this.tick(), 5000);
  }

  show(yes) {
    this.panel.hidden = !yes;
    this.toggle.setAttribute("aria-expanded", yes ? "true" : "false");
  }

  open(yes) {
    this.show(yes);
    localStorage.setItem(OPEN_KEY, yes ? "yes" : "no");
  }

  tick() {
    if (this.session.state) this.time.textContent = shortMoment(this.session.now(), this.session.world.zone);
  }

  /** Draws the controls; again only when the lead systems change. */
  update() {
    this.tick();
    const { providers: names = [], provider_titles: titles = {}, bot, workspace, install_url: install, rotation } = this.session.state;
    const providers = names.map((name) => ({ name, title: titles[name] || name }));
    const signature = JSON.stringify([providers, workspace, bot.installed, bot.has_token, install, rotation]);
    if (signature === this.signature) return;
    this.signature = signature;
    this.panel.replaceChildren(this.leads(providers), this.clock(), this.faults(providers), this.app());
  }

  async run(name, body, done) {
    try {
      const answer = await post(name, body);
      if (answer.ok === false) throw new Error(answer.error);
      toast(typeof done === "function" ? done(answer) : done);
    } catch (error) {
      toast(error.message, "bad");
    }
    await this.session.refresh();
  }

  leads(providers) {
    const arrive = ({ name, title }) => h("button", { type: "button", class: "button lead-arrives", data: { lead: name }, text: title, title: `A lead arrives at ${title}`, "aria-label": `A lead arrives at ${title}`, on: { click: () => this.lead(name, title) } });
    return h("fieldset", {}, h("legend", {}, icon("bolt"), "A lead arrives at"), h("div", { class: "steps" }, providers.map(arrive)));
  }

  lead(name, title) {
    return this.run("lead", { provider: name }, `A lead arrived at ${title}. Leadbell sees it when it is called, or when it next asks.`);
  }

  clock() {
    const { session } = this;
    const steps = [["+5 min", () => 300, "5m"], ["+1 hour", () => 3600, "1h"], ["9:00 tomorrow", () => untilTomorrowNine(session.now(), session.world.zone), "nine"], ["+1 day", () => 86400, "1d"]];
    const move = (seconds) => this.run("clock", { advance: seconds }, (answer) => `It is now ${shortMoment(new Date(answer.now), session.world.zone)}.`);
    return h("fieldset", {}, h("legend", {}, icon("clock"), "Move the clock"),
      h("div", { class: "steps" }, steps.map(([label, seconds, name]) => h("button", { type: "button", class: "button", data: { clock: name }, text: label, on: { click: () => move(seconds()) } }))));
  }

  /** The app in the workspace that is looked at: an admin takes it away, or lets it in again. */
  app() {
    const { bot, workspace, install_url: install, rotation } = this.session.state;
    const act = (name, label, done) => h("button", { type: "button", class: "button", data: { app: name }, text: label, on: { click: () => this.run("app", { act: name }, done) } });
    const add = install
      ? h("a", { class: "button", id: "app-install", href: install, target: "_blank", rel: "noopener", text: `Add ${bot.name} to a workspace` })
      : h("p", { class: "sandbox-note", text: "This sandbox’s bot runs with the token of one workspace, and cannot be added to another." });
    const taken = [act("uninstall", "Uninstall", `${bot.name} was removed from ${workspace.name}.`)];
    if (bot.has_token) taken.push(act("revoke", "Revoke token", `${bot.name}’s token for ${workspace.name} is dead.`));
    const expire = h("input", { type: "checkbox", id: "rotation", checked: rotation, on: { change: (event) => this.rotate(event.target.checked) } });
    return h("fieldset", {}, h("legend", {}, icon("plug"), `${bot.name} in ${workspace.name}`),
      bot.installed ? h("div", { class: "steps" }, taken) : null, bot.installed && bot.has_token ? null : add,
      install ? h("label", { class: "sandbox-check" }, expire, "New tokens expire after 12 hours") : null);
  }

  rotate(on) {
    return this.run("app", { act: "rotation", on }, on ? "Tokens given from now on expire after 12 hours." : "Tokens given from now on do not expire.");
  }

  faults(providers) {
    const target = h("select", { id: "fault-target", "aria-label": "What goes wrong" }, option(["slack", "Slack"]), providers.map((one) => option([one.name, one.title])));
    const kind = h("select", { id: "fault-kind", "aria-label": "How it goes wrong" });
    const count = h("select", { id: "fault-count", "aria-label": "How often" }, [1, 3, 10, 100].map((times) => option([String(times), times === 1 ? "once" : `${times} times`])));
    const fill = () => kind.replaceChildren(...(target.value === "slack" ? SLACK_KINDS : PROVIDER_KINDS).map(option));
    target.addEventListener("change", fill);
    fill();
    const add = () => this.run("fault", { target: target.value, kind: kind.value, count: Number(count.value) },
      `${target.selectedOptions[0].textContent} ${kind.selectedOptions[0].textContent}, ${count.selectedOptions[0].textContent}.`);
    return h("fieldset", {}, h("legend", {}, icon("warn"), "Something goes wrong"), target, kind,
      h("div", { class: "row" }, count, h("button", { type: "button", class: "button", id: "fault-add", text: "Make it so", on: { click: add } })));
  }
}
