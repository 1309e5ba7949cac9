// Menus that open from a button, and the place of every pop-up: below its button, or above where there is no room.

import { h, uniqueId } from "./dom.js";

/** Puts a fixed pop-up beside `anchor`, inside the window. */
export function place(popup, anchor, { width } = {}) {
  const box = anchor.getBoundingClientRect();
  const gap = 4;
  if (width) popup.style.width = `${Math.max(width, 160)}px`;
  const below = window.innerHeight - box.bottom - gap - 8;
  const above = box.top - gap - 8;
  const wanted = Math.min(popup.scrollHeight + 2, 340);
  const up = below < wanted && above > below;
  popup.style.maxHeight = `${Math.max(120, Math.min(340, up ? above : below))}px`;
  popup.style.top = up ? "auto" : `${box.bottom + gap}px`;
  popup.style.bottom = up ? `${window.innerHeight - box.top + gap}px` : "auto";
  const left = Math.min(box.left, window.innerWidth - popup.offsetWidth - 8);
  popup.style.left = `${Math.max(8, left)}px`;
}

/** Where a pop-up has to be attached to be usable: inside the modal dialog that holds its button, else the page. */
export function host(anchor) {
  return anchor.closest("dialog") || document.body;
}

let open = null;

function moveFocus(items, step) {
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
}

function close(refocus) {
  if (!open) return;
  const { popup, anchor, stop } = open;
  open = null;
  stop();
  popup.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (refocus) anchor.focus();
}

function onKey(event, items) {
  if (event.key === "Escape") close(true);
  else if (event.key === "Tab") return close(false);
  else if (event.key === "ArrowDown") moveFocus(items, 1);
  else if (event.key === "ArrowUp") moveFocus(items, -1);
  else if (event.key === "Home") items[0]?.focus();
  else if (event.key === "End") items[items.length - 1]?.focus();
  else return undefined;
  event.preventDefault();
  return event.stopPropagation();
}

/** Opens a menu of {label, description, icon, danger, data, choose} under `anchor`; groups are {heading}. */
export function openMenu(anchor, entries, label) {
  const again = open && open.anchor === anchor;
  close(false);
  if (again) return;
  const popup = h("div", { class: "popup menu", role: "menu", id: uniqueId("menu"), "aria-label": label });
  const items = [];
  for (const entry of entries) {
    if (entry.heading) {
      popup.append(h("div", { class: "menu-heading", role: "presentation", text: entry.heading }));
      continue;
    }
    const choose = () => {
      close(true);
      entry.choose();
    };
    const item = h("button", { type: "button", role: "menuitem", tabindex: -1, class: entry.danger ? "danger" : "", data: entry.data, on: { click: choose } },
      entry.icon || null, h("span", { class: "menu-text" }, h("span", { text: entry.label }), entry.description ? h("small", { text: entry.description }) : null));
    items.push(item);
    popup.append(item);
  }
  if (!items.length) popup.append(h("div", { class: "menu-heading", text: "Nothing to choose here" }));
  popup.addEventListener("keydown", (event) => onKey(event, items));
  const outside = (event) => {
    if (!popup.contains(event.target) && !anchor.contains(event.target)) close(false);
  };
  const gone = (event) => {
    if (!popup.contains(event.target)) close(false);
  };
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", gone);
  document.addEventListener("scroll", gone, true);
  const stop = () => {
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", gone);
    document.removeEventListener("scroll", gone, true);
  };
  host(anchor).append(popup);
  open = { popup, anchor, stop };
  anchor.setAttribute("aria-expanded", "true");
  place(popup, anchor);
  items[0]?.focus({ preventScroll: true });
}

/** A button that opens a menu; `entries()` is asked each time. */
export function menuButton(props, content, entries) {
  const button = h("button", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", ...props }, content);
  button.addEventListener("click", () => openMenu(button, entries(), props["aria-label"]));
  return button;
}
