// Who is acting, what the sandbox said last, and the surfaces (messages, modal, Home) that interactive elements stand on.

import { get, post, upload } from "./api.js";
import { Values } from "./values.js";

const SLACKBOT = { id: "USLACKBOT", real_name: "Slackbot", color: "616061" };

export class Session {
  constructor() {
    this.state = null;
    this.userId = null;
    this.pending = new Set();
    this.failed = new Map();
    this.live = new Map();
    this.queued = new Map();
    this.messageValues = new Map();
    this.hidden = new Set();
    this.refresh = async () => {};
    this.openChannel = () => {};
  }

  /** Takes a new answer of /sandbox/state. */
  accept(state) {
    this.state = state;
    this.fetchedAt = Date.now();
    this.at = Date.parse(state.now) || Date.now();
    const known = (id) => state.people.some((person) => person.id === id);
    if (!known(this.userId)) this.userId = state.people[0]?.id;
  }

  get me() {
    return this.state.people.find((person) => person.id === this.userId);
  }

  /** Whether the app is in this workspace. */
  get installed() {
    return this.state.bot.installed !== false;
  }

  get hasHome() {
    return this.state.bot.home !== false && this.installed;
  }

  /** The sandbox's clock. */
  now() {
    return new Date(this.at + Date.now() - this.fetchedAt);
  }

  /** Channels the person is a member of, in the sandbox's order. */
  get channels() {
    return this.state.channels.filter((channel) => channel.members.includes(this.userId));
  }

  /** The person's direct message with the app; Slack opens it when it is first looked at. */
  get botDm() {
    return this.state.dms.find((dm) => dm.user === this.userId)?.id || `D${this.userId.slice(1)}`;
  }

  isBot(id) {
    return id === this.state.bot.user_id;
  }

  person(id) {
    if (this.isBot(id)) return { id, real_name: this.state.bot.name, isBot: true };
    return this.state.people.find((person) => person.id === id) || (id === SLACKBOT.id ? SLACKBOT : null);
  }

  /** How names, days and times read for the person; see mrkdwn.js. */
  get world() {
    return {
      user: this.userId,
      zone: this.me.tz || "UTC",
      people: this.state.people,
      channels: this.channels,
      now: () => this.now(),
      person: (id) => this.person(id),
      channel: (id) => this.state.channels.find((channel) => channel.id === id),
      openChannel: (id) => this.openChannel(id),
    };
  }

  names() {
    return (id) => {
      const person = this.person(id);
      if (person) return person.real_name || person.name;
      const channel = this.state.channels.find((one) => one.id === id);
      return channel ? channel.name : id;
    };
  }

  makeValues() {
    return new Values(this.names());
  }

  /** What was chosen in a message, until the app draws the message anew. */
  valuesOf(channel, ts, blocks) {
    const key = `${this.userId}|${channel}|${ts}`;
    const drawn = JSON.stringify(blocks);
    if (this.messageValues.get(key)?.drawn !== drawn) this.messageValues.set(key, { drawn, values: this.makeValues() });
    return this.messageValues.get(key).values;
  }

  /** A surface for elements.js; `target` is {channel, ts} of a message or {view_id} of a view. */
  surface(target, values, extra = {}) {
    const user = this.userId;
    const prefix = JSON.stringify([user, target.channel, target.ts, target.view_id]);
    return {
      world: this.world,
      values,
      pending: this.pending,
      failed: this.failed,
      live: this.live,
      queued: this.queued,
      refresh: () => this.refresh(),
      key: (block, element) => `${prefix}|${block.block_id}|${element.action_id}`,
      act: async (block, element, chosen) => {
        const body = { user, ...target, block_id: block.block_id, action_id: element.action_id, values: values.raw(), ...chosen };
        const answer = await post("action", body);
        if (answer && answer.ok === false) throw new Error(answer.error || "Leadbell did not answer.");
      },
      options: async (block, element, query) => {
        const answer = await post("options", { user, ...target, block_id: block.block_id, action_id: element.action_id, query });
        if (answer.error) throw new Error(answer.error);
        return answer;
      },
      uploadFile: async (file) => {
        const answer = await upload(user, file);
        if (!answer.ok) throw new Error(answer.error || `${file.name} could not be uploaded.`);
        return answer.file;
      },
      ...extra,
    };
  }

  /** Whether something that the person did in a message found no answer. */
  failedIn(channel, ts) {
    const prefix = `${JSON.stringify([this.userId, channel, ts, null])}|`;
    return [...this.failed.keys()].some((key) => key.startsWith(prefix));
  }

  /** What the person sees in a channel, oldest first. */
  messages(channel) {
    return get("messages", { channel, user: this.userId });
  }
}
