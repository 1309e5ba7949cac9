// Slack's mrkdwn (https://docs.slack.dev/messaging/formatting-message-text) as DOM nodes.
//
// `world` says how names are shown: {person(id), channel(id), openChannel(id), now(), zone}.

import { h, safeUrl } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { fullTime, slackDate } from "./times.js";

const unescape = (text) => text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);

// A marker opens after a non-word character and before a visible one, and closes the other way round, as in Slack.
// A zero-width space beside a marker takes its meaning away: apps write it there to show data literally.
const span = (mark) => `(?<![\\p{L}\\p{N}])${mark}(?=[^\\s\\u200b\\u2060])([^${mark}\\n]*?[^\\s\\u200b\\u2060${mark}])${mark}(?![\\p{L}\\p{N}])`;
const TOKEN = new RegExp(
  [
    "<([^<>\\n]+)>",
    "`([^`\\n]+)`",
    span("\\*"),
    span("_"),
    span("~"),
    ":([a-z0-9_+-]+):",
    "(https?://[^\\s<>]*[^\\s<>.,;:!?)\\]'\"])",
  ].join("|"),
  "gu",
);

/** A link, or its text alone when the address is not safe to follow. */
export function link(url, label) {
  const address = safeUrl(url);
  if (!address) return h("span", {}, label);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** "@Ada Okafor". */
export function personMention(id, world, fallback) {
  const person = world.person(id);
  const mine = id === world.user ? " me" : "";
  return h("span", { class: `mention${mine}`, text: `@${person ? person.real_name || person.name : fallback || id}` });
}

/** "#leads", which opens the channel. */
export function channelMention(id, world, fallback) {
  const channel = world.channel(id);
  if (!channel) return h("span", { class: "mention", text: `#${fallback || "private-channel"}` });
  return h("button", { type: "button", class: "mention", text: `#${channel.name}`, on: { click: () => world.openChannel(id) } });
}

/** A moment in the reader's own zone. */
export function dateText(seconds, pattern, url, fallback, world) {
  const text = slackDate(seconds, pattern, world.now(), world.zone) || fallback || "";
  const node = h("time", { text, title: fullTime(new Date(Number(seconds) * 1000), world.zone) });
  return url ? link(url, node) : node;
}

function angle(inside, world) {
  const bar = inside.indexOf("|");
  const body = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : unescape(inside.slice(bar + 1));
  if (body.startsWith("@")) return personMention(body.slice(1), world, label);
  if (body.startsWith("#")) return channelMention(body.slice(1), world, label);
  if (body.startsWith("!date^")) {
    const [, seconds, pattern, url] = body.split("^");
    return dateText(seconds, pattern || "{date}", url && unescape(url), label, world);
  }
  if (body.startsWith("!subteam")) return h("span", { class: "mention", text: label || "@team" });
  if (body.startsWith("!")) return h("span", { class: "mention me", text: `@${body.slice(1).split("^")[0]}` });
  const url = unescape(body);
  return link(url, label ?? url.replace(/^(mailto|tel):/, ""));
}

/** Inline formatting of one line or less, as a list of nodes and strings. */
export function inline(text, world) {
  const out = [];
  let last = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, inside, code, bold, italic, strike, name, url] = match;
    let node = null;
    if (inside !== undefined) node = angle(inside, world);
    else if (code !== undefined) node = h("code", { text: unescape(code) });
    else if (bold !== undefined) node = h("strong", {}, inline(bold, world));
    else if (italic !== undefined) node = h("em", {}, inline(italic, world));
    else if (strike !== undefined) node = h("s", {}, inline(strike, world));
    else if (name !== undefined) node = emoji(name);
    else node = link(unescape(url), unescape(url));
    if (node === null) continue;
    out.push(unescape(text.slice(last, match.index)), node);
    last = match.index + whole.length;
  }
  out.push(unescape(text.slice(last)));
  return out.filter((part) => part !== "");
}

function kindOf(line) {
  if (/^(&gt;|>)/.test(line)) return "quote";
  if (/^\s*[•◦▪-]\s+\S/u.test(line)) return "bullet";
  if (/^\s*\d{1,3}\.\s+\S/.test(line)) return "number";
  return "text";
}

function group(lines, kind, world) {
  if (kind === "quote") {
    const inner = lines.map((line) => line.replace(/^(&gt;|>)\s?/, ""));
    return h("blockquote", {}, paragraphs(inner, world));
  }
  if (kind === "bullet") {
    return h("ul", {}, lines.map((line) => h("li", {}, inline(line.replace(/^\s*[•◦▪-]\s+/u, ""), world))));
  }
  if (kind === "number") {
    const list = h("ol", {}, lines.map((line) => h("li", {}, inline(line.replace(/^\s*\d+\.\s+/, ""), world))));
    list.start = Number.parseInt(lines[0], 10) || 1;
    return list;
  }
  return h("span", { class: "lines" }, paragraphs(lines, world));
}

function paragraphs(lines, world) {
  return lines.flatMap((line, index) => (index ? [h("br"), ...inline(line, world)] : inline(line, world)));
}

function flow(text, world) {
  const out = [];
  let run = [];
  let kind = null;
  for (const line of text.split("\n")) {
    const next = kindOf(line);
    if (next !== kind && run.length) {
      out.push(group(run, kind, world));
      run = [];
    }
    kind = next;
    run.push(line);
  }
  if (run.length) out.push(group(run, kind, world));
  return out;
}

/** A whole mrkdwn text. */
export function mrkdwn(text, world) {
  const out = h("div", { class: "mrkdwn" });
  String(text ?? "").split(/```\n?([\s\S]*?)\n?```\n?/).forEach((part, index) => {
    if (index % 2) out.append(h("pre", {}, h("code", { text: unescape(part) })));
    else if (part !== "") out.append(...flow(part, world));
  });
  return out;
}

/** A text object: mrkdwn or plain text. */
export function textObject(object, world) {
  if (!object) return "";
  if (object.type === "mrkdwn") return mrkdwn(object.text, world);
  return object.emoji === false ? object.text : withEmoji(object.text);
}

/** A text object where only characters can stand (labels of buttons, options, placeholders). */
export function plain(object) {
  if (!object) return "";
  if (typeof object === "string") return object;
  if (object.type !== "mrkdwn") return object.emoji === false ? object.text : withEmoji(object.text);
  return unescape(withEmoji(object.text).replace(/<[^|<>]+\|([^<>]+)>/g, "$1").replace(/[*_~`]/g, ""));
}
