"""Modals: submitting, what the app answers to that, and cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.gestures import common, person_of
from bot.sandbox.inputs import Impossible, complaint
from bot.sandbox.push import Reply
from bot.sandbox.strict import MODAL, Json, faults
from bot.sandbox.views import View, ViewError, stateful_elements

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackStandIn

TROUBLE = "We had some trouble connecting. Try again?"
"""What Slack shows in a modal whose submission the app did not acknowledge."""


class Modals:
    """People submitting and cancelling modals."""

    def __init__(self, standin: SlackStandIn) -> None:
        self._standin = standin

    def _open_view(self, user: str) -> View:
        person_of(self._standin, user)
        view = self._standin.workspace.views.top(user)
        if view is None:
            raise Impossible(f"{user} has no modal open.")
        return view

    async def submit(self, user: str, values: Json) -> dict[str, str]:
        """Press the modal's submit button; gives the errors by block_id. A lost answer is told in ``View.error``."""
        standin = self._standin
        view = self._open_view(user)
        if not view.given.get("submit"):
            raise Impossible("This modal has no submit button.")
        errors = view.type_in(values, user, standin.workspace)
        state = view.state()
        for block, element in stateful_elements(view.blocks):
            if block["type"] == "input" and block["block_id"] not in errors:
                found = complaint(block, element, state[block["block_id"]][element["action_id"]])
                if found:
                    errors[block["block_id"]] = found
        view.errors, view.error = errors, None
        if errors:
            standin.workspace.touch()
            return errors
        for actions in state.values():
            for typed in actions.values():
                for file in typed.get("files") or []:
                    stored = standin.workspace.files.get(file["id"])
                    if stored is not None:
                        stored.submitted = True
        reply = await standin.push.interactive(
            {
                **common(standin, person_of(standin, user)),
                "type": "view_submission",
                "trigger_id": standin.workspace.tickets.trigger(user, channel=view.channel, in_modal=True),
                "view": view.json(standin.workspace.team),
                "response_urls": self._response_urls(view, user),
            }
        )
        self._obey(view, user, reply)
        standin.workspace.touch()
        return view.errors

    def _response_urls(self, view: View, user: str) -> list[Json]:
        made = []
        state = view.state()
        for block, element in stateful_elements(view.blocks):
            typed = state[block["block_id"]][element["action_id"]]
            channel = typed.get("selected_conversation") or typed.get("selected_channel")
            if element.get("response_url_enabled") and channel:
                response = self._standin.workspace.tickets.response(user, channel)
                made.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": channel,
                        "response_url": f"{self._standin.own_url()}/respond/{response}",
                    }
                )
        return made

    def _obey(self, view: View, user: str, reply: Reply) -> None:
        """Do with the modal what the app answered to its submission."""
        views = self._standin.workspace.views
        if not reply.ok:
            view.error = TROUBLE
            return
        if not reply.body:
            if views.top(user) is view:
                views.pop(user)
            return
        fault = "the answer to a submission is not JSON"
        if isinstance(reply.body, dict):
            self._standin.record("view_response", reply.body)
            fault = self._response_action(view, user, reply.body) or ""
        if fault:
            self._standin.problem("view_response", fault)
            view.error = TROUBLE

    def _response_action(self, view: View, user: str, body: Json) -> str | None:
        """Perform a response_action; gives what is wrong with it."""
        views = self._standin.workspace.views
        action = body.get("response_action")
        allowed = {"clear": set(), "errors": {"errors"}, "update": {"view"}, "push": {"view"}}
        if not isinstance(action, str) or action not in allowed:
            return f"unknown response_action {action!r}"
        if set(body) - {"response_action"} != allowed[action]:
            return f"response_action {action} came with {sorted(body)}"
        if action == "clear":
            views.clear(user)
            return None
        if action == "errors":
            return self._show_errors(view, body["errors"])
        found = faults(MODAL, body["view"])
        if found:
            return "; ".join(found)
        try:
            if action == "update":
                views.update(view, body["view"])
            else:
                views.push(user, body["view"])
        except ViewError as error:
            return str(error)
        return None

    def _show_errors(self, view: View, errors: object) -> str | None:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors:
            return "response_action errors without errors"
        if strange := set(errors) - inputs:
            return f"errors for {sorted(map(str, strange))}, which are not input blocks of the view"
        if not all(isinstance(told, str) and told for told in errors.values()):
            return "an error is not a text"
        view.errors = dict(errors)
        return None

    async def close(self, user: str, *, all_views: bool = False) -> None:
        """Cancel the modal's top view, or with ``all_views`` (the cross) the whole stack."""
        standin = self._standin
        top = self._open_view(user)
        whole = all_views or bool(top.given.get("clear_on_close"))
        stack = standin.workspace.views.stack(user)
        closed = stack[::-1] if whole else [top]
        if whole:
            standin.workspace.views.clear(user)
        else:
            standin.workspace.views.pop(user)
        standin.workspace.touch()
        for view in closed:
            if view.given.get("notify_on_close"):
                await standin.push.interactive(
                    {
                        **common(standin, person_of(standin, user)),
                        "type": "view_closed",
                        "view": view.json(standin.workspace.team),
                        "is_cleared": whole,
                    }
                )
