// The modal: draws the open view, keeps what was typed while it is drawn again, and submits.

import { post } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { avatar, h, icon, toast } from "./dom.js";
import { rememberFocus } from "./messages.js";
import { plain } from "./mrkdwn.js";

const TROUBLE = "We had some trouble connecting. Try again?";

const depth = (view) => (Array.isArray(view.stack) ? view.stack.length : Number(view.stack) || 1);

export class Modal {
  constructor(session) {
    this.session = session;
    this.values = new Map();
    this.view = null;
    this.signature = null;
    this.errors = {};
    this.banner = "";
    this.busy = false;
    this.dialog = h("dialog", { id: "modal", class: "modal", role: "dialog", "aria-modal": "true", "aria-labelledby": "modal-title" });
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
    // Escape while the focus is nowhere, and the phone's back gesture, come only as "cancel".
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.cancel(false);
    });
    this.dialog.addEventListener("close", () => this.onClosed());
    this.keepFocus();
    document.body.append(this.dialog);
  }

  /** Chromium lets Tab leave a dialog for the browser's own buttons; here it goes round inside. */
  keepFocus() {
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Tab") return;
      const stops = [...this.dialog.querySelectorAll("button, a[href], input, textarea, [tabindex='0']")].filter((node) => !node.disabled && node.tabIndex >= 0 && node.offsetParent);
      const first = stops[0];
      const last = stops[stops.length - 1];
      const at = document.activeElement;
      if (event.shiftKey && (at === first || at === this.dialog)) last?.focus();
      else if (!event.shiftKey && at === last) first?.focus();
      else return;
      event.preventDefault();
    });
  }

  onKey(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    this.cancel(false);
  }

  onClosed() {
    if (this.view && !this.closing) this.cancel(true);
  }

  /** Shows the view that Slack holds for the person (null: none). */
  show(view) {
    if (!view) return this.hide();
    const signature = JSON.stringify([this.session.userId, view.id, view.title, view.submit, view.close, view.blocks, depth(view)]);
    const changed = this.view?.id !== view.id;
    this.view = view;
    if (signature === this.signature && this.dialog.open) return undefined;
    this.busy = false;
    this.errors = { ...(view.errors || {}) };
    this.banner = view.error || "";
    this.signature = signature;
    this.draw();
    if (!this.dialog.open) this.opened();
    else if (changed || !this.dialog.contains(document.activeElement)) this.focusFirst();
    return undefined;
  }

  opened() {
    this.opener = document.activeElement;
    this.openerBack = rememberFocus(document.body);
    this.dialog.showModal();
    this.focusFirst();
  }

  forget() {
    this.errors = {};
    this.banner = "";
    this.busy = false;
  }

  hide() {
    this.view = null;
    this.signature = null;
    this.forget();
    if (!this.dialog.open) return;
    this.closing = true;
    this.dialog.close();
    this.closing = false;
    this.dialog.replaceChildren();
    this.values.clear();
    if (this.opener?.isConnected) this.opener.focus();
    else this.openerBack?.();
  }

  held() {
    const key = `${this.session.userId}|${this.view.id}`;
    if (!this.values.has(key)) this.values.set(key, this.session.makeValues());
    return this.values.get(key);
  }

  draw() {
    const { view, session } = this;
    const back = focusBack(this.dialog);
    const scroll = this.body?.scrollTop || 0;
    const values = this.held();
    values.redraw(view.state?.values);
    const surface = session.surface({ view_id: view.id }, values, { errors: this.errors });
    const known = new Set((view.blocks || []).filter((block) => block.type === "input").map((block) => block.block_id));
    const homeless = Object.entries(this.errors).filter(([id]) => !known.has(id)).map(([, text]) => text);
    const banner = [this.banner, ...homeless].filter(Boolean).join(" ");
    this.body = h("div", { class: "modal-body" },
      banner ? h("div", { class: "alert alert-error", id: "modal-error", role: "alert" }, icon("warn"), h("div", { text: banner })) : null,
      drawBlocks(view.blocks, surface));
    const form = h("form", { noValidate: true, on: { submit: (event) => this.submit(event) } }, this.head(), this.body, this.foot());
    this.dialog.replaceChildren(form);
    this.body.scrollTop = scroll;
    back?.();
  }

  head() {
    const pushed = depth(this.view) > 1;
    return h("div", { class: "modal-head" },
      pushed ? h("button", { type: "button", class: "icon-button", id: "modal-back", "aria-label": "Back", on: { click: () => this.cancel(false) } }, icon("back")) : avatar({ isBot: true }, "small"),
      h("h2", { id: "modal-title", text: plain(this.view.title) }),
      h("button", { type: "button", class: "icon-button", id: "modal-x", "aria-label": "Close", on: { click: () => this.cancel(true) } }, icon("close")));
  }

  foot() {
    const { view } = this;
    const close = h("button", { type: "button", class: "button", id: "modal-close", text: plain(view.close) || (view.submit ? "Cancel" : "Close"), on: { click: () => this.cancel(false) } });
    const submit = view.submit
      ? h("button", { type: "submit", class: `button primary${this.busy ? " pending" : ""}`, id: "modal-submit", disabled: this.busy, "aria-busy": this.busy ? "true" : null }, h("span", { text: plain(view.submit) }))
      : null;
    return h("div", { class: "modal-foot" }, h("span", { class: "modal-app", text: this.session.state.bot.name }), close, submit);
  }

  /** The first wrong input, else the first input, else the first button. */
  focusFirst() {
    const wrong = this.dialog.querySelector(".input-block.invalid");
    const block = wrong || this.body.querySelector(".input-block");
    const target = block?.querySelector("input:checked") || block?.querySelector("input, textarea") || this.dialog.querySelector("#modal-submit") || this.body.querySelector("button") || this.dialog.querySelector("#modal-close");
    target?.focus({ preventScroll: !wrong });
    if (this.banner) this.body.scrollTop = 0;
    else wrong?.scrollIntoView({ block: "nearest" });
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy || !this.view?.submit) return;
    const { id } = this.view;
    this.setBusy(true);
    let answer = null;
    let trouble = "";
    try {
      answer = await post("submit", { user: this.session.userId, values: this.held().raw() });
    } catch (error) {
      trouble = error.message;
    }
    this.setBusy(false);
    this.errors = { ...(answer?.errors || {}) };
    const refused = Boolean(answer) && answer.ok === false && !Object.keys(this.errors).length;
    this.banner = trouble || (refused ? answer.error || TROUBLE : "");
    if (this.banner || Object.keys(this.errors).length) {
      if (answer?.view && answer.view.id === id) this.view = { ...this.view, ...answer.view };
      this.draw();
      this.focusFirst();
    } else {
      this.show(answer.view ?? null);
    }
    await this.session.refresh();
  }

  setBusy(busy) {
    this.busy = busy;
    const button = this.dialog.querySelector("#modal-submit");
    if (!button) return;
    button.disabled = busy;
    button.classList.toggle("pending", busy);
    if (busy) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }

  /** Closes the top view, or with `all` every view. */
  async cancel(all) {
    const { session } = this;
    if (!this.view) return;
    const leaving = all || depth(this.view) <= 1;
    if (leaving) this.hide();
    try {
      await post("close", { user: session.userId, all: all ? true : undefined });
    } catch (error) {
      toast(error.message, "bad");
    }
    await session.refresh();
  }
}

/** Remembers which input has the focus, and where in its text; the answer restores it after a new drawing. */
function focusBack(root) {
  const at = document.activeElement;
  if (!at || !root.contains(at)) return null;
  const { blockId, actionId } = at.dataset;
  const { id, value, selectionStart, selectionEnd } = at;
  return () => {
    const ids = actionId && `[data-block-id="${CSS.escape(blockId || "")}"][data-action-id="${CSS.escape(actionId)}"]`;
    const found = ids ? [...root.querySelectorAll(ids)] : [];
    const twin = found.find((node) => node.value === value) || found[0] || (id ? root.querySelector(`#${CSS.escape(id)}`) : null);
    twin?.focus({ preventScroll: true });
    if (twin && typeof selectionStart === "number" && twin.setSelectionRange && twin.type !== "email") twin.setSelectionRange(selectionStart, selectionEnd);
  };
}
