// The interactive elements of Block Kit (https://docs.slack.dev/reference/block-kit/block-elements).
//
// `surface` is where they stand: {world, values, act(block, element, chosen), options(block, element, query), uploadFile(file),
// pending, failed, queued, live, key, refresh}. `label` names an element for screen readers; `field` ties it to its label, hint and error.

import { combobox } from "./combobox.js";
import { confirmed } from "./confirm.js";
import { avatar, h, icon, safeUrl } from "./dom.js";
import { menuButton } from "./menu.js";
import { plain, textObject } from "./mrkdwn.js";
import { fromWallTime, wallTime } from "./times.js";
import { choice, isMultiple, isStateful, optionGroups, rawValue } from "./values.js";

const ids = (block, element) => ({ blockId: block.block_id, actionId: element.action_id });

/** Asks the confirm dialog if there is one, then tells the app; resolves to whether the person went on. */
async function act(surface, block, element, chosen) {
  if (element.confirm && !(await confirmed(element.confirm, surface.world))) return false;
  const key = surface.key(block, element);
  if (surface.pending.has(key)) {
    if (isStateful(element)) surface.queued.set(key, chosen);
    return true;
  }
  surface.pending.add(key);
  surface.failed.delete(key);
  mark(surface, key);
  let problem = null;
  try {
    await surface.act(block, element, chosen);
  } catch (error) {
    problem = error.message || "Leadbell did not answer.";
  }
  surface.pending.delete(key);
  if (problem) surface.failed.set(key, problem);
  mark(surface, key);
  await surface.refresh();
  const next = surface.queued.get(key);
  surface.queued.delete(key);
  return next ? act(surface, block, { ...element, confirm: null }, next) : true;
}

/** Shows on the element that now stands for `key` (it may have been drawn anew meanwhile) whether it waits or failed. */
function mark(surface, key) {
  const node = surface.live.get(key);
  const waiting = surface.pending.has(key);
  const problem = surface.failed.get(key);
  node.classList.toggle("pending", waiting);
  node.classList.toggle("failed", Boolean(problem));
  if (waiting) node.setAttribute("aria-busy", "true");
  else node.removeAttribute("aria-busy");
  node.title = problem || "";
  let sign = node.parentElement?.querySelector(":scope > .action-error");
  if (!problem) return sign?.remove();
  if (!sign && node.parentElement) {
    sign = h("span", { class: "action-error", role: "alert" }, icon("warn"), h("span", {}));
    node.after(sign);
  }
  if (sign) sign.lastChild.textContent = problem;
  return undefined;
}

/** Every acting element stands in a span, so that its error mark has a place beside it. */
function acting(surface, block, element, node) {
  const wrapped = h("span", { class: "acting" }, node);
  const key = surface.key(block, element);
  surface.live.set(key, node);
  mark(surface, key);
  return wrapped;
}

function button(block, element, surface) {
  const style = element.style ? ` ${element.style}` : "";
  const props = { class: `button${style}`, data: ids(block, element), "aria-label": element.accessibility_label || null };
  const url = element.url ? safeUrl(element.url) : null;
  const node = url
    ? h("a", { ...props, href: url, target: "_blank", rel: "noopener noreferrer", role: "button" }, h("span", { text: plain(element.text) }))
    : h("button", { ...props, type: "button", value: element.value ?? "" }, h("span", { text: plain(element.text) }));
  node.addEventListener("click", () => act(surface, block, element, { value: element.value }));
  return acting(surface, block, element, node);
}

function overflow(block, element, surface) {
  const node = menuButton({ class: "button overflow", data: ids(block, element), "aria-label": "More actions" }, icon("more"), () =>
    element.options.map((option) => ({
      label: plain(option.text), description: plain(option.description), data: { value: option.value },
      choose: () => {
        const url = option.url ? safeUrl(option.url) : null;
        if (url) window.open(url, "_blank", "noopener,noreferrer");
        act(surface, block, element, { selected: option.value });
      },
    })));
  return acting(surface, block, element, node);
}

function people(world) {
  const items = world.people.map((person) => ({
    value: person.id, label: person.real_name || person.name, description: person.title || (person.guest ? "Guest" : ""),
    icon: () => avatar({ id: person.id, name: person.real_name || person.name, color: person.color }, "small"),
  }));
  return [{ items }];
}

function channels(world, filter = {}, onlyPublic = false) {
  const include = filter.include || ["public", "private", "im"];
  const fits = (channel) => (channel.is_private ? include.includes("private") && !onlyPublic : include.includes("public"))
    && !(filter.exclude_external_shared_channels && channel.is_shared);
  const items = world.channels.filter(fits).map((channel) => ({
    value: channel.id, label: channel.name, description: channel.topic, icon: () => icon(channel.is_private ? "lock" : "hash"),
  }));
  return [{ items }];
}

function conversations(world, filter) {
  const found = channels(world, filter);
  if (filter?.include && !filter.include.includes("im")) return found;
  const label = (group, name) => ({ ...group, label: name });
  return [label(found[0], "Channels"), label(people(world)[0], "People")].filter((group) => group.items.length);
}

function choicesOf(block, element, surface) {
  const { world } = surface;
  if (element.type.endsWith("external_select")) {
    return { remote: true, minQuery: element.min_query_length ?? 3, load: async (query) => optionGroups(await surface.options(block, element, query)) };
  }
  if (element.type.endsWith("users_select")) return { load: () => people(world) };
  if (element.type.endsWith("conversations_select")) return { load: () => conversations(world, element.filter) };
  if (element.type.endsWith("channels_select")) return { load: () => channels(world, {}, true) };
  const groups = optionGroups(element);
  return { load: () => groups, keyboard: groups.reduce((sum, group) => sum + group.items.length, 0) > 8 };
}

function select(block, element, surface, field) {
  let before = surface.values.get(block, element);
  const node = combobox({
    ...choicesOf(block, element, surface),
    id: field.id, data: ids(block, element), describedBy: field.describedBy, required: field.required,
    label: plain(block.label) || field.label || "Choose", labelled: block.type === "input", placeholder: plain(element.placeholder) || "Choose an option",
    chosen: before, multiple: isMultiple(element), max: element.max_selected_items, clearable: field.optional,
    // Several choices are told once, when the list closes, as Slack does.
    changed: async (chosen, listOpen) => {
      surface.values.set(block, element, chosen);
      field.changed?.();
      if (!field.dispatch || (listOpen && isMultiple(element))) return;
      if (JSON.stringify(rawValue(element, chosen)) === JSON.stringify(rawValue(element, before))) return;
      const done = await act(surface, block, element, { selected: rawValue(element, chosen) });
      if (done) before = chosen;
      else {
        surface.values.set(block, element, before);
        node.choose(before);
      }
    },
  });
  return field.dispatch ? acting(surface, block, element, node) : node;
}

function ticks(block, element, surface, field) {
  const single = element.type === "radio_buttons";
  const name = field.id;
  let held = surface.values.get(block, element);
  const group = h("div", { class: "ticks", id: field.id, role: single ? "radiogroup" : "group", "aria-label": field.label || null, "aria-describedby": field.describedBy || null, tabindex: -1 });
  const changed = () => {
    const on = new Set([...group.querySelectorAll("input:checked")].map((input) => input.value));
    const chosen = element.options.map(choice).filter((item) => on.has(item.value));
    surface.values.set(block, element, chosen);
    field.changed?.();
    if (field.dispatch) act(surface, block, element, { selected: rawValue(element, chosen) }).then(settle(held, chosen));
  };
  const settle = (before, after) => (done) => {
    if (done) held = after;
    else surface.values.set(block, element, before);
    for (const input of group.querySelectorAll("input")) input.checked = held.some((item) => item.value === input.value);
  };
  for (const option of element.options) {
    const input = h("input", { type: single ? "radio" : "checkbox", name, value: option.value, data: ids(block, element), checked: held.some((item) => item.value === option.value), on: { change: changed } });
    group.append(h("label", { class: "tick" }, input, h("span", {}, textObject(option.text, surface.world),
      option.description ? h("small", {}, textObject(option.description, surface.world)) : null)));
  }
  return field.dispatch ? acting(surface, block, element, group) : group;
}

const INPUT_TYPES = { number_input: "text", email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
const INPUT_MODES = { number_input: "decimal", email_text_input: "email", url_text_input: "url" };

function typed(block, element, surface, field) {
  const { zone } = surface.world;
  const isMoment = element.type === "datetimepicker";
  const held = surface.values.get(block, element);
  const multiline = element.multiline || element.type === "rich_text_input";
  const node = h(multiline ? "textarea" : "input", {
    id: field.id, class: "text-input", data: ids(block, element), placeholder: plain(element.placeholder) || null, autocomplete: "off",
    "aria-label": field.label || null, "aria-describedby": field.describedBy || null, "aria-required": field.required ? "true" : null,
  });
  if (multiline) node.rows = 4;
  else node.type = INPUT_TYPES[element.type] || "text";
  if (INPUT_MODES[element.type]) node.inputMode = INPUT_MODES[element.type];
  node.value = isMoment ? (held ? wallTime(new Date(held * 1000), zone) : "") : held;
  const value = () => {
    if (!isMoment) return node.value;
    return node.value ? Math.round(fromWallTime(node.value, zone) / 1000) : null;
  };
  node.addEventListener("input", () => {
    surface.values.set(block, element, value());
    field.changed?.();
  });
  if (field.dispatch) dispatchTyped(block, element, surface, node, value);
  return field.dispatch ? acting(surface, block, element, node) : node;
}

function dispatchTyped(block, element, surface, node, value) {
  const picker = element.type.endsWith("picker");
  const triggers = element.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  let sent = node.value;
  let timer = null;
  const send = () => {
    clearTimeout(timer);
    if (node.value === sent && picker) return;
    sent = node.value;
    act(surface, block, element, picker ? { selected: value() } : { value: value() });
  };
  // A date typed with the keyboard changes at every digit: the app hears of it when the person pauses or leaves.
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(send, 700);
  };
  if (picker) {
    node.addEventListener("change", later);
    node.addEventListener("blur", send);
  } else if (triggers.includes("on_character_entered")) {
    node.addEventListener("input", later);
  }
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || (!picker && !triggers.includes("on_enter_pressed"))) return;
    event.preventDefault();
    send();
  });
}

function files(block, element, surface, field) {
  const max = element.max_files || 10;
  const list = h("ul", { class: "files" });
  const note = h("p", { class: "input-error", role: "alert", hidden: true });
  const input = h("input", { type: "file", id: field.id, data: ids(block, element), multiple: max > 1, "aria-describedby": field.describedBy || null, "aria-label": field.label || null });
  if (element.filetypes?.length) input.accept = element.filetypes.map((type) => `.${type}`).join(",");
  const show = () => {
    const held = surface.values.get(block, element);
    list.replaceChildren(...held.map((file) => h("li", {}, icon("file"), h("span", { text: file.name || file.title || file.id }),
      h("button", { type: "button", class: "icon-button", "aria-label": `Remove ${file.name || file.id}`, on: { click: () => keep(held.filter((other) => other !== file)) } }, icon("close")))));
  };
  const keep = (value) => {
    surface.values.set(block, element, value);
    field.changed?.();
    show();
  };
  input.addEventListener("change", async () => {
    note.hidden = true;
    input.disabled = true;
    try {
      for (const file of [...input.files]) {
        const held = surface.values.get(block, element);
        if (held.length >= max && max > 1) throw new Error(`No more than ${max} files here.`);
        const stored = await surface.uploadFile(file);
        keep(max === 1 ? [{ ...stored, name: stored.name || file.name }] : [...held, { ...stored, name: stored.name || file.name }]);
      }
    } catch (error) {
      note.textContent = error.message;
      note.hidden = false;
    }
    input.disabled = false;
    input.value = "";
  });
  show();
  return h("div", { class: "file-input" }, input, list, note);
}

const DRAW = { button, workflow_button: button, overflow, radio_buttons: ticks, checkboxes: ticks, file_input: files };

/** One element; `field` = {id, label, describedBy, required, optional, dispatch, changed}. */
export function drawElement(block, element, surface, field) {
  const draw = DRAW[element.type] || (element.type.endsWith("_select") ? select : typed);
  return draw(block, element, surface, field);
}
