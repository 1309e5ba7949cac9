// Building DOM nodes. Text only ever enters the page as text nodes or properties: no markup is parsed.

function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "class") node.className = value;
  else if (key === "text") node.textContent = value;
  else if (key === "data") for (const [name, item] of Object.entries(value)) {
    if (item !== null && item !== undefined) node.dataset[name] = item;
  }
  else if (key === "on") for (const [name, listener] of Object.entries(value)) node.addEventListener(name, listener);
  else if (key in node && !key.startsWith("aria") && key !== "list" && key !== "role") node[key] = value;
  else node.setAttribute(key, value === true ? "true" : String(value));
}

/** An element: h("p", {class: "x", on: {click}}, "text", node, [more], null). */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) setProp(node, key, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  hash: "M4 7.500h13M3 12.500h13M8.500 3l-2 14M13.500 3l-2 14",
  lock: "M5 9h10v8H5zM7 9V6.500a3 3 0 0 1 6 0V9",
  shared: "M3.500 10l4.500-5.500L12.500 10 8 15.500zM9.500 10L14 4.500l3 3.700M9.500 10l4.500 5.500 3-3.700",
  menu: "M3 5.500h14M3 10h14M3 14.500h14",
  plus: "M10 4v12M4 10h12",
  send: "M3.500 16.500l13.500-6.500L3.500 3.500l1.500 5.500 6 1-6 1z",
  thread: "M3.500 4.500h13v9h-7l-3.500 3v-3H3.500zM7 8h6M7 10.500h4",
  dots: "M10 4.500v.01M10 10v.01M10 15.500v.01",
  more: "M4.500 10h.01M10 10h.01M15.500 10h.01",
  close: "M5 5l10 10M15 5L5 15",
  back: "M12 4.500L6.500 10l5.500 5.500",
  down: "M5.500 8l4.500 4.500L14.500 8",
  right: "M8 5.500l4.500 4.500L8 14.500",
  eye: "M2.500 10s2.700-4.700 7.500-4.700 7.500 4.700 7.500 4.700-2.700 4.700-7.500 4.700S2.500 10 2.500 10zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM13 13l4 4",
  download: "M10 3.500v9M6.500 9.500L10 13l3.500-3.500M4 16.500h12",
  file: "M5.500 3h6l3.500 3.500V17h-9.500zM11.500 3v4h3.500",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6.500V10l2.500 2",
  bolt: "M11 3L4.500 11.500H9.500L9 17l6.500-8.500h-5z",
  warn: "M10 3.500l7.500 13h-15zM10 8.500v3.500M10 14.200v.01",
  check: "M4.500 10.500l3.500 3.500 7.500-8",
  flask: "M8 3h4M8.700 3v5L4.500 15.200A1.200 1.200 0 0 0 5.500 17h9a1.200 1.200 0 0 0 1-1.800L11.300 8V3M6.500 12.500h7",
  info: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 9v4.500M10 6.500v.01",
  clip: "M14.500 9.500l-5 5a3 3 0 0 1-4.300-4.300l6-6a2 2 0 0 1 2.900 2.900l-5.700 5.700a1 1 0 0 1-1.500-1.400l4.800-4.800",
  plug: "M7 3v4M13 3v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v3",
  person: "M10 3.500a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM4 17c0-3.500 2.500-5.500 6-5.500s6 2 6 5.500",
  bubble: "M3.500 4.500h13v9h-7l-3.500 3v-3H3.500z",
};

/** A line icon, decoration only (hidden from screen readers). */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name] || "");
  svg.append(path);
  return svg;
}

let counter = 0;

/** An id that no other element of this page has. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

const bell = new URL("bell.svg", import.meta.url).href;
const COLOURS = ["#b3457b", "#2f6fb2", "#3d8a5f", "#a4682a", "#7a55b3", "#b2493f", "#28808a", "#66702a"];

/** Two letters for a name: of its first and its last word. */
export function initials(name) {
  const words = name.trim().split(/[\s&]+/).filter(Boolean);
  const first = words.length > 1 ? [words[0], words[words.length - 1]] : words.slice(0, 1);
  return first.map((word) => Array.from(word)[0]).join("").toUpperCase() || "?";
}

/** The square picture of a person (coloured initials) or of the app (a bell). */
export function avatar({ id, name, color, isBot }, size = "") {
  if (isBot) return h("img", { class: `avatar ${size}`, src: bell, alt: "" });
  const node = h("span", { class: `avatar ${size}`, text: initials(name || "?"), "aria-hidden": "true" });
  const sum = Array.from(id || "").reduce((total, letter) => total + letter.codePointAt(0), 0);
  node.style.background = color ? `#${String(color).replace("#", "")}` : COLOURS[sum % COLOURS.length];
  return node;
}

/** Only addresses that cannot run script may become links. */
export function safeUrl(url) {
  try {
    const parsed = new URL(url, location.href);
    return ["http:", "https:", "mailto:", "tel:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A short notice at the bottom of the page that goes away by itself. */
export function toast(text, kind = "") {
  const node = h("div", { class: `toast ${kind}` }, kind === "bad" ? icon("warn") : icon("check"), h("span", { text }));
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), kind === "bad" ? 9000 : 4500);
}
