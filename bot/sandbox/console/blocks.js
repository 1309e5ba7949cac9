// The layout blocks of Block Kit (https://docs.slack.dev/reference/block-kit/blocks), on any surface.

import { h, icon, safeUrl, uniqueId } from "./dom.js";
import { drawElement } from "./elements.js";
import { plain, textObject } from "./mrkdwn.js";
import { markdown, richText, table } from "./richtext.js";

/** A picture of our own, or a link to one elsewhere: the console asks no other host for anything. */
function image(source, className) {
  const url = source.image_url || source.slack_file?.url || "";
  const address = safeUrl(url);
  const own = url.startsWith("data:image/") || (address && new URL(address).origin === location.origin);
  if (own) return h("img", { class: className, src: url, alt: source.alt_text || "", loading: "lazy" });
  const label = source.alt_text || "Picture";
  if (!address) return h("span", { class: `${className} picture`, text: label });
  return h("a", { class: `${className} picture`, href: address, target: "_blank", rel: "noopener noreferrer", title: address, text: label });
}

function element(block, item, surface) {
  if (item.type === "image") return image(item, "accessory-image");
  return drawElement(block, item, surface, { id: uniqueId("element"), label: plain(item.placeholder) || sectionLabel(block), dispatch: true });
}

const sectionLabel = (block) => (block.text ? plain(block.text).slice(0, 80) : "");

function section(block, surface) {
  const { world } = surface;
  const fields = block.fields?.length
    ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "field" }, textObject(field, world))))
    : null;
  return h("div", { class: `section${block.accessory ? ` with-${block.accessory.type}` : ""}` },
    h("div", { class: "section-text" }, block.text ? h("div", {}, textObject(block.text, world)) : null, fields),
    block.accessory ? h("div", { class: "accessory" }, element(block, block.accessory, surface)) : null);
}

function context(block, surface) {
  return h("div", { class: "context" }, block.elements.map((item) =>
    item.type === "image" ? image(item, "context-image") : h("div", {}, textObject(item, surface.world))));
}

function input(block, surface) {
  const item = block.element;
  const id = uniqueId("input");
  const errorId = `${id}-error`;
  const hintId = `${id}-hint`;
  const message = surface.errors?.[block.block_id];
  const error = h("p", { class: "input-error", id: errorId, role: "alert", hidden: !message, text: message || "" });
  const node = h("div", { class: `input-block${message ? " invalid" : ""}`, data: { inputBlock: block.block_id } });
  const grouped = item.type === "radio_buttons" || item.type === "checkboxes";
  const field = {
    id, required: !block.optional, optional: Boolean(block.optional), dispatch: Boolean(block.dispatch_action),
    label: grouped ? plain(block.label) : null,
    describedBy: [errorId, block.hint ? hintId : null].filter(Boolean).join(" "),
    changed: () => {
      node.classList.remove("invalid");
      error.hidden = true;
      error.textContent = "";
      if (surface.errors) delete surface.errors[block.block_id];
    },
  };
  const optional = block.optional ? h("span", { class: "optional", text: " (optional)" }) : null;
  const label = grouped
    ? h("div", { class: "label", "aria-hidden": "true" }, plain(block.label), optional)
    : h("label", { class: "label", htmlFor: id }, plain(block.label), optional);
  const control = drawElement(block, item, surface, field);
  for (const target of [control, ...control.querySelectorAll("input, textarea")]) {
    if (message && target.matches("input, textarea")) target.setAttribute("aria-invalid", "true");
  }
  node.append(label, control, error);
  if (block.hint) node.append(h("p", { class: "hint", id: hintId, text: plain(block.hint) }));
  return node;
}

const LEVEL_ICONS = { error: "warn", warning: "warn", success: "check" };

function alert(block, surface) {
  const level = block.level || "default";
  return h("div", { class: `alert alert-${level}`, role: level === "error" ? "alert" : "note" },
    icon(LEVEL_ICONS[level] || "info"), h("div", {}, textObject(block.text, surface.world)));
}

function picture(block) {
  return h("figure", { class: "image-block" }, block.title ? h("figcaption", { text: plain(block.title) }) : null, image(block, "big-image"));
}

function card(block, surface) {
  const { world } = surface;
  return h("div", { class: "card" },
    block.title ? h("strong", {}, textObject(block.title, world)) : null,
    block.subtitle ? h("small", {}, textObject(block.subtitle, world)) : null,
    block.body ? h("div", {}, textObject(block.body, world)) : null,
    block.actions ? h("div", { class: "actions" }, block.actions.map((item) => element(block, item, surface))) : null);
}

const DRAW = {
  section, context, input, alert, card,
  header: (block) => h("h3", { class: "header", text: plain(block.text) }),
  divider: () => h("hr"),
  actions: (block, surface) => h("div", { class: "actions" }, block.elements.map((item) => element(block, item, surface))),
  context_actions: (block, surface) => h("div", { class: "actions" }, block.elements.map((item) => element(block, item, surface))),
  image: picture,
  rich_text: (block, surface) => richText(block, surface.world),
  markdown: (block) => markdown(block.text),
  table: (block, surface) => table(block, surface.world),
  data_table: (block, surface) => table(block, surface.world),
  container: (block, surface) => h("div", { class: "container" }, drawBlocks(block.blocks || block.child_blocks || [], surface)),
};

/** The blocks of a message or view; a kind that the console does not know says so instead of vanishing. */
export function drawBlocks(blocks, surface) {
  return h("div", { class: "blocks" }, (blocks || []).map((block) => {
    const draw = DRAW[block.type];
    const node = draw ? draw(block, surface) : h("div", { class: "unknown", text: `(a block of type ${block.type})` });
    if (block.block_id) node.dataset.block = block.block_id;
    return node;
  }));
}
