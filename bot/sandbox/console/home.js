// The app's page: its Home tab, which only the person acting sees.

import { drawBlocks } from "./blocks.js";
import { avatar, h } from "./dom.js";
import { dayKey } from "./times.js";

export class Home {
  constructor(node, session) {
    Object.assign(this, { node, session });
    this.signature = null;
  }

  reset() {
    this.signature = null;
    this.values = null;
    this.node.replaceChildren(h("p", { class: "loading", text: "Opening Home…" }));
  }

  /** Shows the published view; null while the app has published none. */
  update(view) {
    const { session } = this;
    const signature = JSON.stringify([session.userId, view?.id, view?.blocks, view?.error, dayKey(session.now(), session.world.zone)]);
    if (signature === this.signature) return;
    this.signature = signature;
    if (!view) {
      this.node.replaceChildren(h("div", { class: "empty" }, avatar({ isBot: true }, "large"),
        h("h3", { text: `${session.state.bot.name} has nothing here yet` }),
        h("p", { text: "Its Home appears as soon as the app publishes one." })));
      return;
    }
    this.values ||= session.makeValues();
    this.values.redraw(view.state?.values);
    this.node.replaceChildren(h("div", { class: "home-page" }, drawBlocks(view.blocks, session.surface({ view_id: view.id }, this.values))));
  }
}
