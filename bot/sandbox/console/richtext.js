// Blocks that are text with structure: rich_text, markdown and table.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelMention, dateText, link, personMention } from "./mrkdwn.js";

const STYLES = [["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"], ["code", "code"]];

function styled(node, style) {
  let out = node;
  for (const [name, tag] of STYLES) if (style && style[name]) out = h(tag, {}, out);
  return out;
}

const ELEMENTS = {
  text: (element) => element.text,
  link: (element) => link(element.url, element.text || element.url),
  user: (element, world) => personMention(element.user_id, world),
  channel: (element, world) => channelMention(element.channel_id, world),
  usergroup: (element) => h("span", { class: "mention", text: "@team" }),
  broadcast: (element) => h("span", { class: "mention me", text: `@${element.range}` }),
  emoji: (element) => emoji(element.name) || `:${element.name}:`,
  date: (element, world) => dateText(element.timestamp, element.format, element.url, element.fallback, world),
  color: (element) => h("code", { text: element.value }),
};

function inlineElements(elements, world) {
  return (elements || []).flatMap((element) => {
    const draw = ELEMENTS[element.type];
    if (!draw) return [];
    const node = draw(element, world);
    const lines = typeof node === "string" ? node.split("\n").flatMap((line, i) => (i ? [h("br"), line] : [line])) : [node];
    return lines.map((line) => styled(line, element.style));
  });
}

function richPart(part, world) {
  const content = () => inlineElements(part.elements, world);
  if (part.type === "rich_text_preformatted") {
    return h("pre", {}, h("code", { text: part.elements.map((element) => element.text || element.url || "").join("") }));
  }
  if (part.type === "rich_text_quote") return h("blockquote", {}, content());
  if (part.type === "rich_text_list") {
    const items = part.elements.map((section) => h("li", {}, inlineElements(section.elements, world)));
    return h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${Math.min(part.indent || 0, 4)}` }, items);
  }
  return h("div", {}, content());
}

/** A rich_text block (also the cell of a table). */
export function richText(block, world) {
  return h("div", { class: "mrkdwn rich" }, block.elements.map((part) => richPart(part, world)));
}

const MARKDOWN = /\[([^\]\n]+)\]\(([^)\s]+)\)|`([^`\n]+)`|\*\*([^\n]+?)\*\*|~~([^\n]+?)~~|(?<![\p{L}\p{N}*])[*_](\S[^*_\n]*?)[*_](?![\p{L}\p{N}*])/gu;

function markdownInline(text) {
  const out = [];
  let last = 0;
  for (const match of text.matchAll(MARKDOWN)) {
    const [whole, label, url, code, bold, strike, italic] = match;
    out.push(text.slice(last, match.index));
    if (url !== undefined) out.push(link(url, markdownInline(label)));
    else if (code !== undefined) out.push(h("code", { text: code }));
    else if (bold !== undefined) out.push(h("strong", {}, markdownInline(bold)));
    else if (strike !== undefined) out.push(h("s", {}, markdownInline(strike)));
    else out.push(h("em", {}, markdownInline(italic)));
    last = match.index + whole.length;
  }
  out.push(text.slice(last));
  return out.filter((part) => part !== "");
}

const MARKDOWN_LINES = [
  ["heading", /^#{1,6}\s+/],
  ["rule", /^(?:-{3,}|\*{3,}|_{3,})\s*$/],
  ["ul", /^\s*[-*+]\s+/],
  ["ol", /^\s*\d+[.)]\s+/],
  ["quote", /^>\s?/],
  ["row", /^\s*\|/],
  ["blank", /^\s*$/],
];

function markdownTable(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const rows = lines.filter((line) => !/^[\s|:-]+$/.test(line)).map(cells);
  return tableOf(rows.map((row) => row.map((cell) => markdownInline(cell))), []);
}

function markdownGroup(kind, lines) {
  const strip = (line) => line.replace(MARKDOWN_LINES.find(([name]) => name === kind)?.[1] || "", "");
  if (kind === "blank") return null;
  if (kind === "rule") return h("hr");
  if (kind === "heading") return lines.map((line) => h("h4", {}, markdownInline(strip(line))));
  if (kind === "ul" || kind === "ol") return h(kind, {}, lines.map((line) => h("li", {}, markdownInline(strip(line)))));
  if (kind === "row") return markdownTable(lines);
  const body = lines.flatMap((line, index) => (index ? [h("br"), ...markdownInline(strip(line))] : markdownInline(strip(line))));
  return h(kind === "quote" ? "blockquote" : "p", {}, body);
}

/** A markdown block (**bold**, lists, tables …): not mrkdwn. */
export function markdown(text) {
  const out = h("div", { class: "mrkdwn markdown" });
  text.split(/```[^\n]*\n([\s\S]*?)\n?```\n?/).forEach((part, index) => {
    if (index % 2) return out.append(h("pre", {}, h("code", { text: part })));
    let run = [];
    let kind = null;
    const flush = () => {
      const made = run.length ? markdownGroup(kind, run) : null;
      if (made) out.append(...[made].flat());
      run = [];
    };
    for (const line of part.split("\n")) {
      const next = MARKDOWN_LINES.find(([, pattern]) => pattern.test(line))?.[0] || "text";
      if (next !== kind) flush();
      kind = next;
      run.push(line);
    }
    return flush();
  });
  return out;
}

function tableOf(rows, settings) {
  const cell = (tag, content, column) => {
    const { align = "left", is_wrapped: wrapped = false } = settings[column] || {};
    return h(tag, { class: `align-${align}${wrapped ? "" : " nowrap"}`, scope: tag === "th" ? "col" : null }, content);
  };
  const [head, ...body] = rows;
  return h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Table" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((content, column) => cell("th", content, column)))),
    h("tbody", {}, body.map((row) => h("tr", {}, row.map((content, column) => cell("td", content, column)))))));
}

/** A table or data_table block: the first row is its head. */
export function table(block, world) {
  const content = (cell) => {
    if (cell.type === "rich_text") return richText(cell, world);
    return String(cell.text ?? cell.value ?? "");
  };
  const node = tableOf(block.rows.map((row) => row.map(content)), block.column_settings || []);
  return block.caption ? h("figure", {}, h("figcaption", { text: block.caption }), node) : node;
}
