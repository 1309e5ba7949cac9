// "Are you sure?": Slack's confirmation dialog object, as a dialog above everything else.

import { h } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";

/** Resolves to whether the person said yes. */
export function confirmed(object, world) {
  return new Promise((resolve) => {
    const yes = h("button", { type: "button", class: `button ${object.style === "danger" ? "danger" : "primary"}`, id: "confirm-yes", text: plain(object.confirm) || "Yes" });
    const no = h("button", { type: "button", class: "button", id: "confirm-no", text: plain(object.deny) || "Cancel" });
    const dialog = h("dialog", { id: "confirm", class: "sheet", role: "alertdialog", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
      h("h2", { id: "confirm-title", text: plain(object.title) || "Are you sure?" }),
      h("div", { id: "confirm-text" }, textObject(object.text, world)),
      h("div", { class: "sheet-foot" }, no, yes));
    const done = (answer) => {
      dialog.remove();
      resolve(answer);
    };
    yes.addEventListener("click", () => done(true));
    no.addEventListener("click", () => done(false));
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("close", () => done(false));
    document.body.append(dialog);
    dialog.showModal();
    (object.style === "danger" ? no : yes).focus();
  });
}
