// What a person has put into the inputs of a surface, and its forms: as the page holds it, and as the sandbox's API takes it.
//
// Held: text for text, date and time inputs; an epoch number for datetimepicker; lists of choices {value, label} for selects,
// radio buttons and checkboxes (one choice at most where one is allowed); lists of {id, name} for files.

import { plain } from "./mrkdwn.js";

const MULTIPLE = new Set(["multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select", "checkboxes"]);
const SINGLE = new Set(["static_select", "external_select", "users_select", "conversations_select", "channels_select", "radio_buttons"]);

export const isMultiple = (element) => MULTIPLE.has(element.type);
export const isChoice = (element) => MULTIPLE.has(element.type) || SINGLE.has(element.type);

/** Elements that have a value (buttons and overflow menus do not). */
export const isStateful = (element) => isChoice(element) || /_input$|picker$/.test(element.type);

/** An option object of Slack as a choice. */
export function choice(option) {
  return { value: option.value, label: plain(option.text), description: plain(option.description), option };
}

const idChoice = (id, names) => ({ value: id, label: names(id) });

/** The groups of choices that an element or an answer to block_suggestion declares. */
export function optionGroups(source) {
  if (source.option_groups?.length) {
    return source.option_groups.map((group) => ({ label: plain(group.label), items: group.options.map(choice) }));
  }
  return [{ items: (source.options || []).map(choice) }];
}

function initialChoices(element, names) {
  const options = element.initial_options || (element.initial_option ? [element.initial_option] : null);
  if (options) return options.map(choice);
  const ids = element.initial_users || element.initial_conversations || element.initial_channels
    || [element.initial_user || element.initial_conversation || element.initial_channel].filter(Boolean);
  return ids.map((id) => idChoice(id, names));
}

/** The value an element starts with. */
export function initialValue(element, names) {
  if (isChoice(element)) return initialChoices(element, names);
  if (element.type === "file_input") return [];
  if (element.type === "datetimepicker") return element.initial_date_time ?? null;
  if (element.type === "datepicker") return element.initial_date ?? "";
  if (element.type === "timepicker") return element.initial_time ?? "";
  return typeof element.initial_value === "string" ? element.initial_value : "";
}

/** The value in an entry of Slack's `state.values`, or undefined when there is none. */
export function stateValue(element, entry, names) {
  if (!entry) return undefined;
  if (isChoice(element)) {
    const options = entry.selected_options || (entry.selected_option ? [entry.selected_option] : null);
    if (options) return options.map(choice);
    const ids = entry.selected_users || entry.selected_conversations || entry.selected_channels
      || [entry.selected_user || entry.selected_conversation || entry.selected_channel].filter(Boolean);
    return ids.map((id) => idChoice(id, names));
  }
  if (element.type === "file_input") return entry.files || [];
  if (element.type === "datetimepicker") return entry.selected_date_time ?? null;
  if (element.type === "datepicker") return entry.selected_date ?? "";
  if (element.type === "timepicker") return entry.selected_time ?? "";
  return typeof entry.value === "string" ? entry.value : "";
}

/** What the API takes for a held value. */
export function rawValue(element, value) {
  if (element.type === "file_input") return value.map((file) => file.id);
  if (isMultiple(element)) return value.map((item) => item.value);
  if (isChoice(element)) return value.length ? value[0].value : null;
  return value === "" ? null : value;
}

/** The values of one surface (a view, a message, the Home), keyed by block_id and action_id. */
export class Values {
  constructor(names) {
    this.names = names;
    this.touched = new Map();
    this.shown = new Map();
    this.state = {};
  }

  static key(blockId, actionId) {
    return JSON.stringify([blockId, actionId]);
  }

  /** Forget which elements are on the surface (before it is drawn again); what was typed stays. */
  redraw(state) {
    this.shown.clear();
    this.state = state || {};
  }

  /** The value to show: what was typed here, else what Slack holds, else the element's own. */
  get(block, element) {
    const key = Values.key(block.block_id, element.action_id);
    this.shown.set(key, { block, element });
    if (this.touched.has(key) && this.touched.get(key).type === element.type) return this.touched.get(key).value;
    return stateValue(element, this.state[block.block_id]?.[element.action_id], this.names) ?? initialValue(element, this.names);
  }

  set(block, element, value) {
    this.touched.set(Values.key(block.block_id, element.action_id), { type: element.type, value });
  }

  /** {block_id: {action_id: raw}} of all elements on the surface. */
  raw() {
    const out = {};
    for (const { block, element } of this.shown.values()) {
      if (!block.block_id || !element.action_id) continue;
      (out[block.block_id] ||= {})[element.action_id] = rawValue(element, this.get(block, element));
    }
    return out;
  }
}
