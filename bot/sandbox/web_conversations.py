"""``auth.*``, ``team.*``, ``users.*`` and ``conversations.*`` of the Web API."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from bot.sandbox.messages import Message
from bot.sandbox.people import Channel, Person
from bot.sandbox.strict import Json
from bot.sandbox.web_call import ApiError, Call, Method, invalid_arguments

HISTORY_MOST = 999
"""conversations.history and conversations.replies: limit "maximum 999"."""


def _auth_test(call: Call) -> Json:
    team = call.workspace.team
    told: Json = {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.workspace.people[team.bot_user_id].name,
        "team_id": team.id,
        "user_id": team.bot_user_id,
        "bot_id": team.bot_id,
        "is_enterprise_install": team.org_wide,
    }
    if team.enterprise:
        told["enterprise_id"] = team.enterprise.id
        if team.org_wide:
            told |= {"team": team.enterprise.name, "team_id": team.enterprise.id}
    if call.platform.oauth.rotation and (
        left := call.standin.installation.seconds_left(call.token, call.standin.now())
    ):
        told["expires_in"] = left
    return told


def _team_info(call: Call) -> Json:
    if call.text("team") not in (None, call.workspace.team.id):
        raise ApiError("team_not_found")
    return {"team": call.workspace.team.json()}


def _person_json(call: Call, person: Person, *, with_locale: bool = False) -> Json:
    with_email = "users:read.email" in call.standin.scopes
    return person.json(call.workspace.team, call.workspace.now(), with_email=with_email, with_locale=with_locale)


def _users_info(call: Call) -> Json:
    person = call.workspace.people.get(call.text("user") or "")
    if person is None:
        raise ApiError("user_not_found")
    return {"user": _person_json(call, person, with_locale=call.flag("include_locale"))}


def _users_list(call: Call) -> Json:
    people = list(call.workspace.people.values())
    page, following = call.page(people, call.number("limit", 200, most=1000))
    members = [_person_json(call, person) for person in page]
    return {"members": members, "cache_ts": 0, "response_metadata": {"next_cursor": following}}


def _by_email(call: Call) -> Json:
    wanted = (call.text("email") or "").lower()
    for person in call.workspace.people.values():
        if person.email.lower() == wanted and not person.is_bot and not person.deleted:
            return {"user": _person_json(call, person)}
    raise ApiError("users_not_found")


def _known(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope(f"{channel.kind}:read")
    return channel


def _info(call: Call) -> Json:
    channel = _known(call)
    shown = channel.json(call.workspace.team)
    if call.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def _members(call: Call) -> Json:
    channel = _known(call)
    page, following = call.page(channel.members, call.number("limit", 100, most=1000))
    return {"members": page, "response_metadata": {"next_cursor": following}}


_TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def _list(call: Call) -> Json:
    wanted = (call.text("types") or "public_channel").replace(" ", "").split(",")
    for kind in wanted:
        if kind not in _TYPES:
            raise ApiError("invalid_types", fault=f"unknown conversation type {kind!r}")
        call.need_scope(f"{_TYPES[kind]}:read")
    kinds = {_TYPES[kind] for kind in wanted}
    found = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channels" or call.workspace.in_channel(channel))
        and not (call.flag("exclude_archived") and channel.is_archived)
    ]
    page, following = call.page(found, call.number("limit", 100, most=1000))
    shown = []
    for channel in page:
        shown.append(channel.json(call.workspace.team))
        if not channel.is_im:
            shown[-1]["num_members"] = len(channel.members)
    return {"channels": shown, "response_metadata": {"next_cursor": following}}


def _open(call: Call) -> Json:
    workspace = call.workspace
    given = call.text("channel")
    users = call.args.get("users")
    names = users.split(",") if isinstance(users, str) else list(users or [])
    if bool(given) == bool(names):
        raise invalid_arguments("exactly one of channel and users")
    if given:
        channel = call.channel()
        if not channel.is_im:
            raise ApiError("method_not_supported_for_channel_type")
    else:
        if len(names) > 1:
            call.need_scope("mpim:write")
            raise ApiError("not_supported_in_sandbox", fault="group conversations do not exist in the sandbox")
        person = workspace.people.get(str(names[0]))
        if person is None:
            raise ApiError("user_not_found")
        if person.is_bot:
            raise ApiError("cannot_dm_bot")
        if person.deleted:
            raise ApiError("user_disabled")
        before = "D" + person.id[1:] in workspace.channels
        channel = workspace.open_dm(person.id)
        if before:
            shown = channel.json(workspace.team) if call.flag("return_im") else {"id": channel.id}
            return {"no_op": True, "already_open": True, "channel": shown}
    return {"channel": channel.json(workspace.team) if call.flag("return_im") else {"id": channel.id}}


def _moment(call: Call, name: str) -> Decimal | None:
    value = call.args.get(name)
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ApiError(f"invalid_ts_{name}", fault=f"{name} is not a timestamp") from None


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope(f"{channel.kind}:history")
    if not call.workspace.in_channel(channel):
        raise ApiError("not_in_channel")
    return channel


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = _moment(call, "oldest"), _moment(call, "latest")
    inclusive = call.flag("inclusive")

    def within(message: Message) -> bool:
        ts = Decimal(message.ts)
        if inclusive:
            return (oldest is None or ts >= oldest) and (latest is None or ts <= latest)
        return (oldest is None or ts > oldest) and (latest is None or ts < latest)

    return [message for message in messages if within(message)]


def _history(call: Call) -> Json:
    channel = _readable(call)
    shown = [
        message
        for message in call.workspace.messages[channel.id]
        if message.only_for is None and (message.thread_ts in (None, message.ts) or message.broadcast)
    ]
    found = _between(call, shown)[::-1]
    return _messages(call, found, {"pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0})


def _replies(call: Call) -> Json:
    channel = _readable(call)
    message = call.workspace.find(channel.id, call.text("ts") or "")
    if message is None or message.only_for is not None:
        raise ApiError("thread_not_found")
    if message.thread_ts and message.thread_ts != message.ts:
        message = call.workspace.find(channel.id, message.thread_ts) or message
    replies = _between(call, call.workspace.thread(message))
    return _messages(call, [message, *replies], {})


def _messages(call: Call, found: list[Message], more: Json) -> Json:
    page, following = call.page(found, call.number("limit", 100, most=HISTORY_MOST))
    with_metadata = call.flag("include_all_metadata")
    answer: Json = {
        "messages": [call.workspace.message_json(each, with_metadata=with_metadata) for each in page],
        "has_more": bool(following),
        **more,
    }
    if following:
        answer["response_metadata"] = {"next_cursor": following}
    return answer


_PAGE = ("cursor", "limit")
_PAST = (*_PAGE, "oldest", "latest", "inclusive", "include_all_metadata")

METHODS = {
    "auth.test": Method(_auth_test),
    "team.info": Method(_team_info, (), ("team",), "team:read", json=False),
    "users.info": Method(_users_info, ("user",), ("include_locale",), "users:read", json=False),
    "users.list": Method(_users_list, (), (*_PAGE, "include_locale", "team_id"), "users:read", json=False),
    "users.lookupByEmail": Method(_by_email, ("email",), (), "users:read.email", json=False),
    "conversations.info": Method(_info, ("channel",), ("include_num_members", "include_locale"), json=False),
    "conversations.members": Method(_members, ("channel",), _PAGE, json=False),
    "conversations.list": Method(_list, (), (*_PAGE, "types", "exclude_archived", "team_id"), json=False),
    "conversations.open": Method(_open, (), ("channel", "users", "return_im", "prevent_creation"), "im:write"),
    "conversations.history": Method(_history, ("channel",), _PAST, json=False),
    "conversations.replies": Method(_replies, ("channel", "ts"), _PAST, json=False),
}
