"""What people do with elements: press, choose and search, in messages, modals and Home."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from bot.sandbox.gestures import channel_name, common, failure, message_of, person_of
from bot.sandbox.inputs import KEYS, BadValue, Impossible, read, stateful
from bot.sandbox.messages import Message, find_element
from bot.sandbox.modals import TROUBLE
from bot.sandbox.people import Person
from bot.sandbox.push import Reply
from bot.sandbox.strict import OPTION, Json, faults, options_of
from bot.sandbox.views import View

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackStandIn


def _container(message: Message) -> Json:
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return container


class Interactions:
    """People using the app's blocks."""

    def __init__(self, standin: SlackStandIn) -> None:
        self._standin = standin

    # -- messages, modals and Home: block_actions

    async def press_in_message(
        self,
        user: str,
        channel_id: str,
        ts: str,
        block_id: str,
        action_id: str,
        raw: Any = None,
        values: Json | None = None,
    ) -> Reply:
        """Press a button or choose something in a message; ``values`` were typed into it before."""
        standin = self._standin
        workspace = standin.workspace
        person = person_of(standin, user)
        message = message_of(standin, user, channel_id, ts)
        found = find_element(message.blocks, block_id, action_id)
        if found is None or not message.by_app:
            raise Impossible(f"That message has no element {block_id!r}, {action_id!r}.")
        surface = View("", user, {"type": "modal", "blocks": message.blocks}, "", message.channel)
        surface.typed = message.values.setdefault(user, {})
        action = self._touch(surface, person, *found, raw, values)
        if action is None:
            return Reply("ok")
        channel = workspace.channels[message.channel]
        response = workspace.tickets.response(user, channel.id, message_ts=ts, thread_ts=message.thread_ts)
        payload: Json = {
            **common(standin, person, in_channel=True),
            "type": "block_actions",
            "container": _container(message),
            "trigger_id": workspace.tickets.trigger(user, channel=channel.id),
            "channel": {"id": channel.id, "name": channel_name(channel)},
            "state": {"values": surface.state()},
            "response_url": f"{standin.own_url()}/respond/{response}",
            "actions": [action],
        }
        if message.only_for is None:  # Slack does not send an ephemeral message along
            payload["message"] = workspace.message_json(message)
        reply = await standin.push.interactive(payload)
        if reply.ok:
            message.errors.pop(user, None)
        else:
            message.errors[user] = f"The app did not respond ({failure(reply)})."
        workspace.touch()
        return reply

    async def press_in_view(
        self,
        user: str,
        block_id: str,
        action_id: str,
        raw: Any = None,
        values: Json | None = None,
        view_id: str | None = None,
    ) -> Reply:
        """Press or choose in the open modal, else in the person's Home tab; ``values`` were typed before."""
        standin = self._standin
        person = person_of(standin, user)
        view, block, element = self._in_view(user, block_id, action_id, view_id)
        action = self._touch(view, person, block, element, raw, values)
        if action is None:
            return Reply("ok")
        in_modal = view.given["type"] == "modal"
        reply = await standin.push.interactive(
            {
                **common(standin, person),
                "type": "block_actions",
                "container": {"type": "view", "view_id": view.id},
                "trigger_id": standin.workspace.tickets.trigger(user, channel=view.channel, in_modal=in_modal),
                "view": view.json(standin.workspace.team),
                "actions": [action],
            }
        )
        view.error = None if reply.ok else TROUBLE
        standin.workspace.touch()
        return reply

    def _in_view(self, user: str, block_id: str, action_id: str, view_id: str | None) -> tuple[View, Json, Json]:
        views = self._standin.workspace.views
        for view in (views.top(user), views.home(user)):
            if view is None or view_id not in (None, view.id):
                continue
            found = find_element(view.blocks, block_id, action_id)
            if found is not None:
                return view, *found
        raise Impossible(f"No view of {user} has an element {block_id!r}, {action_id!r}.")

    def _touch(
        self, view: View, person: Person, block: Json, element: Json, raw: Any, values: Json | None
    ) -> Json | None:
        """Keep what was typed and chosen; gives the action to send, or None where Slack sends none."""
        errors = view.type_in(values or {}, person.id, self._standin.workspace)
        if errors:
            raise Impossible("; ".join(errors.values()))
        action = self._action(person, block, element, raw)
        if stateful(element):
            kept = view.typed.setdefault(block["block_id"], {})
            kept[element["action_id"]] = {key: action[key] for key in ("type", KEYS[element["type"]])}
        self._standin.workspace.touch()
        sends = block["type"] != "input" or block.get("dispatch_action")
        return action if sends else None

    def _action(self, person: Person, block: Json, element: Json, raw: Any) -> Json:
        kind = element["type"]
        action: Json = {
            "type": kind,
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self._standin.workspace.ts(),
        }
        if kind in {"button", "workflow_button", "icon_button"}:
            if raw is not None and raw != element.get("value"):
                raise Impossible(f"The button's value is not {raw!r}.")
            return action | {key: element[key] for key in ("text", "value", "style") if key in element}
        for key in ("placeholder", "initial_option", "initial_options"):
            if key in element:
                action[key] = element[key]
        try:
            if kind == "overflow":
                chosen = [option for option in options_of(element) if option.get("value") == raw]
                if not chosen:
                    raise BadValue(f"{raw!r} is not one of the options.")
                return action | {"selected_option": copy.deepcopy(chosen[0])}
            return action | read(element, raw, person.id, block["block_id"], self._standin.workspace)
        except BadValue as error:
            raise Impossible(str(error)) from None

    # -- external selects

    async def options(
        self,
        user: str,
        block_id: str,
        action_id: str,
        query: str,
        message: Message | None = None,
        view_id: str | None = None,
    ) -> Json:
        """Type into an external select; gives ``options`` (flat) and, where the app grouped them, option_groups."""
        standin = self._standin
        person = person_of(standin, user)
        payload: Json = {
            **common(standin, person, in_channel=message is not None),
            "type": "block_suggestion",
            "block_id": block_id,
            "action_id": action_id,
            "value": query,
        }
        if message is not None:
            found = find_element(message.blocks, block_id, action_id)
            if found is None:
                raise Impossible(f"That message has no element {block_id!r}, {action_id!r}.")
            element = found[1]
            channel = standin.workspace.channels[message.channel]
            payload |= {
                "container": _container(message),
                "channel": {"id": channel.id, "name": channel_name(channel)},
            }
            if message.only_for is None:
                payload["message"] = standin.workspace.message_json(message)
        else:
            view, _, element = self._in_view(user, block_id, action_id, view_id)
            payload |= {
                "container": {"type": "view", "view_id": view.id},
                "view": view.json(standin.workspace.team),
            }
        if "external" not in element["type"]:
            raise Impossible(f"A {element['type']} does not search.")
        if len(query) < element.get("min_query_length", 3):
            return {"options": []}
        return self._offer(user, block_id, action_id, await standin.push.interactive(payload))

    def _offer(self, user: str, block_id: str, action_id: str, reply: Reply) -> Json:
        body = reply.body if isinstance(reply.body, dict) else {}
        if not reply.ok:
            return {"options": [], "error": "No results could be loaded."}
        options = options_of(body)
        found = [fault for option in options for fault in faults(OPTION, option)]
        if ("options" in body) == ("option_groups" in body):
            found.append("exactly one of options and option_groups must be answered")
        groups = body.get("option_groups") or [body]
        if len(groups) > 100 or any(len(group.get("options") or []) > 100 for group in groups):
            found.append("more than 100 options or groups")
        if found:
            for fault in found:
                self._standin.problem("block_suggestion", fault)
            return {"options": [], "error": "No results could be loaded."}
        self._standin.workspace.offer(user, block_id, action_id, options)
        return {"options": options, **({"option_groups": groups} if "option_groups" in body else {})}
