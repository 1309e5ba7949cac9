// A select with typed search, for one choice or several (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
//
// Choices are {value, label, description, option}; `load(query)` gives groups [{label, items}] or a promise of them.

import { h, icon, uniqueId } from "./dom.js";
import { host, place } from "./menu.js";

const WAIT_MS = 250;

/** Keeps what matches the words typed. */
export function matching(groups, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (item) => words.every((word) => `${item.label} ${item.description || ""}`.toLowerCase().includes(word));
  return groups.map((group) => ({ ...group, items: group.items.filter(fits) })).filter((group) => group.items.length);
}

class Combobox {
  constructor(options) {
    this.options = options;
    this.chosen = [...options.chosen];
    this.active = -1;
    this.items = [];
    this.asked = 0;
    this.listId = uniqueId("list");
    this.input = h("input", {
      type: "text", id: options.id, role: "combobox", autocomplete: "off", spellcheck: false, data: options.data,
      "aria-expanded": "false", "aria-controls": this.listId, "aria-autocomplete": "list", "aria-haspopup": "listbox",
      "aria-label": options.labelled ? null : options.label, "aria-describedby": options.describedBy, "aria-required": options.required ? "true" : null,
    });
    if (options.keyboard === false && matchMedia("(pointer: coarse)").matches) this.input.inputMode = "none";
    this.chips = h("span", { class: "chips" });
    this.clear = h("button", { type: "button", class: "combo-clear", "aria-label": "Clear", hidden: true, on: { click: () => this.set([]) } }, icon("close"));
    this.node = h("div", { class: `combo ${options.multiple ? "multiple" : "single"}` }, this.chips, this.input, this.clear, icon("down"));
    this.node.choose = (chosen) => {
      this.chosen = chosen;
      this.show();
    };
    this.listen();
    this.show();
  }

  listen() {
    const { input, node } = this;
    input.addEventListener("input", () => this.search(input.value));
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 0));
    input.addEventListener("click", () => this.open());
    node.addEventListener("pointerdown", (event) => {
      if (event.target.closest("button") || event.target === input) return;
      event.preventDefault();
      input.focus();
      this.open();
    });
  }

  show() {
    const { multiple, placeholder, clearable } = this.options;
    const first = this.chosen[0];
    if (multiple) {
      this.chips.replaceChildren(...this.chosen.map((item) => h("span", { class: "chip", data: { value: item.value } }, h("span", { text: item.label }),
        h("button", { type: "button", "aria-label": `Remove ${item.label}`, on: { click: () => this.toggle(item) } }, icon("close")))));
      this.input.value = "";
      this.input.placeholder = this.chosen.length ? "" : placeholder;
    } else {
      this.input.value = first ? first.label : "";
      this.input.placeholder = placeholder;
      this.input.dataset.value = first ? first.value : "";
    }
    this.clear.hidden = !clearable || multiple || !this.chosen.length;
  }

  set(chosen) {
    this.chosen = chosen;
    this.show();
    this.options.changed(chosen, Boolean(this.popup));
  }

  toggle(item) {
    const without = this.chosen.filter((other) => other.value !== item.value);
    if (!this.options.multiple) {
      this.close();
      this.set([item]);
      return;
    }
    const full = this.options.max && without.length >= this.options.max;
    if (without.length === this.chosen.length && full) return;
    this.set(without.length === this.chosen.length ? [...without, item] : without);
    this.input.focus();
    if (this.popup) this.search("");
  }

  open(typed = null) {
    if (this.popup) return;
    this.popup = h("div", { class: "popup listbox", id: this.listId, role: "listbox", "aria-label": this.options.label, "aria-multiselectable": this.options.multiple ? "true" : null });
    this.popup.addEventListener("pointerdown", (event) => event.preventDefault());
    this.moved = (event) => {
      if (this.popup && !this.popup.contains(event.target)) place(this.popup, this.node, { width: this.node.offsetWidth });
    };
    document.addEventListener("scroll", this.moved, true);
    window.addEventListener("resize", this.moved);
    host(this.node).append(this.popup);
    this.input.setAttribute("aria-expanded", "true");
    this.node.classList.add("open");
    if (typed === null && !this.options.multiple) this.input.select();
    this.search(typed ?? "");
  }

  close() {
    if (!this.popup) return;
    clearTimeout(this.waiting);
    this.asked += 1;
    document.removeEventListener("scroll", this.moved, true);
    window.removeEventListener("resize", this.moved);
    this.popup.remove();
    this.popup = null;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.node.classList.remove("open");
    this.show();
    if (this.options.multiple) this.options.changed(this.chosen, false);
  }

  search(query) {
    if (!this.popup) return this.open(query);
    const { minQuery = 0, remote } = this.options;
    clearTimeout(this.waiting);
    this.asked += 1;
    if (query.trim().length < minQuery) {
      return this.note(`Type ${minQuery === 1 ? "a letter" : `${minQuery} letters`} or more to search`);
    }
    if (!remote) return this.fill(matching(this.options.load(query), query));
    this.note("Searching…");
    const mine = this.asked;
    this.waiting = setTimeout(() => this.ask(query, mine), query ? WAIT_MS : 0);
    return undefined;
  }

  async ask(query, mine) {
    try {
      const groups = await this.options.load(query);
      if (mine === this.asked) this.fill(groups);
    } catch (error) {
      if (mine === this.asked) this.note(error.message || "The choices could not be loaded.", "bad");
    }
  }

  note(text, kind = "") {
    this.items = [];
    this.active = -1;
    this.popup.replaceChildren(h("div", { class: `popup-note ${kind}`, text }));
    place(this.popup, this.node, { width: this.node.offsetWidth });
  }

  fill(groups) {
    const total = groups.reduce((sum, group) => sum + group.items.length, 0);
    if (!total) return this.note("No results");
    this.items = [];
    this.popup.replaceChildren(...groups.map((group) => h("div", { role: "group", "aria-label": group.label || null },
      group.label ? h("div", { class: "menu-heading", text: group.label, "aria-hidden": "true" }) : null,
      group.items.map((item) => this.row(item)))));
    const current = this.items.findIndex(({ item }) => !this.options.multiple && item.value === this.chosen[0]?.value);
    place(this.popup, this.node, { width: this.node.offsetWidth });
    return this.activate(current >= 0 ? current : 0);
  }

  row(item) {
    const selected = this.chosen.some((other) => other.value === item.value);
    const node = h("div", { role: "option", id: uniqueId("option"), "aria-selected": selected ? "true" : "false", data: { value: item.value },
      on: { click: () => this.toggle(item), pointermove: () => this.activate(this.items.findIndex((row) => row.node === node), false) } },
      item.icon ? item.icon() : null,
      h("span", { class: "menu-text" }, h("span", { text: item.label }), item.description ? h("small", { text: item.description }) : null),
      selected ? icon("check") : null);
    this.items.push({ item, node });
    return node;
  }

  activate(index, scroll = true) {
    this.items[this.active]?.node.classList.remove("active");
    this.active = index;
    const row = this.items[index];
    if (!row) return;
    row.node.classList.add("active");
    this.input.setAttribute("aria-activedescendant", row.node.id);
    if (scroll) row.node.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (!this.popup) this.open();
      else if (this.items.length) this.activate((this.active + (key === "ArrowDown" ? 1 : -1) + this.items.length) % this.items.length);
    } else if (key === "Enter") {
      if (this.popup && this.items[this.active]) this.toggle(this.items[this.active].item);
      else this.open();
    } else if (key === "Escape" && this.popup) {
      this.close();
    } else if (key === "Backspace" && this.options.multiple && !this.input.value && this.chosen.length) {
      this.set(this.chosen.slice(0, -1));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

/** The select's node, with `choose(choices)` to set it from outside; its <input role="combobox"> carries the data attributes. */
export function combobox(options) {
  return new Combobox(options).node;
}
