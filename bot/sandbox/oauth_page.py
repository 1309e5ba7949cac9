"""``/oauth/v2/authorize``: the page on which somebody lets the app into a workspace, or does not.

Source: https://docs.slack.dev/authentication/installing-with-oauth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.sandbox.installation import Installation
from bot.sandbox.people import Person
from bot.sandbox.web_api import SCOPES

if TYPE_CHECKING:
    from bot.sandbox.platform import Platform

PATH = "/oauth/v2/authorize"
MEANINGS = {
    "channels:history": "View messages in public channels that it is in",
    "channels:read": "View basic information about public channels",
    "chat:write": "Send messages as @leadbell",
    "chat:write.public": "Send messages to channels that it is not in",
    "commands": "Add shortcuts and slash commands that people can use",
    "files:read": "View files shared where it is",
    "files:write": "Upload, edit and delete files as it",
    "groups:history": "View messages in private channels that it is in",
    "groups:read": "View basic information about private channels that it is in",
    "im:history": "View messages in direct messages with it",
    "im:read": "View basic information about direct messages with it",
    "im:write": "Start direct messages with people",
    "mpim:write": "Start group direct messages with people",
    "reactions:write": "Add and edit emoji reactions",
    "team:read": "View the name, domain and icon of the workspace",
    "users:read": "View people in the workspace",
    "users:read.email": "View e-mail addresses of people in the workspace",
}
"""What Slack's page says of each scope, in short; other scopes are refused as Slack refuses unknown ones."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="/console/bell.svg" type="image/svg+xml">
<link rel="stylesheet" href="/console/consent.css">
</head>
<body>
<header><strong>Slack</strong><span>the sandbox’s stand-in</span></header>
<main>{body}</main>
</body>
</html>
"""


class _Faulty(Exception):
    """A request that Slack answers with a page; the message is what stands on it."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the app asks for."""

    client_id: str
    scopes: tuple[str, ...]
    redirect_uri: str
    """As given; empty where it was not."""
    state: str
    team: str

    @property
    def hidden(self) -> dict[str, str]:
        """The same as fields of a form."""
        return {
            "client_id": self.client_id,
            "scope": ",".join(self.scopes),
            "redirect_uri": self.redirect_uri,
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class _Place:
    """A workspace or an organisation, and who may let the app in."""

    id: str
    name: str
    kind: str
    installation: Installation
    people: tuple[Person, ...]


def routes(platform: Platform) -> list[web.AbstractRouteDef]:
    """The page, and its buttons."""

    async def show(request: web.Request) -> web.StreamResponse:
        try:
            asked = _asked(platform, request.query)
        except _Faulty as fault:
            return _trouble(str(fault))
        return _page("Leadbell asks for access", _form(platform, asked))

    async def decide(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin is not None and origin != "null" and origin.partition("://")[2] != request.host:
            return _trouble("This form was not sent from Slack’s page.")
        form = await request.post()
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        try:
            asked = _asked(platform, given)
            left_out = {value for value in form.getall("withhold", []) if isinstance(value, str)}
            return _send_back(platform, asked, given, frozenset(left_out))
        except _Faulty as fault:
            return _trouble(str(fault))

    async def open_slack(request: web.Request) -> web.StreamResponse:
        """The link into Slack's client: the conversation with the app, in the console."""
        wanted = request.query.get("team", "")
        organisation = platform.organisations.get(wanted)
        inside = organisation.members[0] if organisation else platform.teams.get(wanted, platform.first)
        person = inside.workspace.members()[0].id
        raise web.HTTPFound(f"/#{person}/{inside.workspace.open_dm(person).id}")

    return [web.get(PATH, show), web.post(PATH, decide), web.get("/app_redirect", open_slack)]


def _asked(platform: Platform, given: Mapping[str, str]) -> _Asked:
    """What the address or the form asks for, checked as Slack checks it."""
    oauth = platform.oauth
    if not oauth.is_client(given.get("client_id", "")):
        raise _Faulty("Invalid client_id parameter.")
    redirect_uri = given.get("redirect_uri", "")
    if redirect_uri and not oauth.allows(redirect_uri):
        raise _Faulty(f"redirect_uri did not match any configured URIs. Passed URI: {redirect_uri}")
    if not redirect_uri and not oauth.redirect_uris:
        raise _Faulty("The app has no redirect URI configured, and none was passed.")
    scopes = tuple(dict.fromkeys(given.get("scope", "").replace(" ", ",").strip(",").split(",")))
    if scopes == ("",):
        raise _Faulty("No scopes requested.")
    strange = [scope for scope in scopes if scope not in SCOPES and scope not in MEANINGS]
    if strange:
        raise _Faulty(f"Invalid permissions requested: {', '.join(strange)}")
    if not given.get("state"):
        platform.problem("authorize", "no state: whoever lures somebody to the redirect address is not noticed")
    return _Asked(given["client_id"], scopes, redirect_uri, given.get("state", ""), given.get("team", ""))


def _places(platform: Platform) -> list[_Place]:
    """Workspaces first, then organisations, in which only admins may let an app in."""
    found = []
    for one in platform.teams.values():
        team = one.workspace.team
        people = tuple(each for each in one.workspace.members() if not each.is_restricted and not each.deleted)
        found.append(_Place(team.id, team.name, "Workspace", one.workspace.installation, people))
    for organisation in platform.organisations.values():
        admins = [each for one in organisation.members for each in one.workspace.members() if each.is_admin]
        enterprise = organisation.enterprise
        found.append(_Place(enterprise.id, enterprise.name, "Organisation", organisation.installation, tuple(admins)))
    return found


def _send_back(
    platform: Platform, asked: _Asked, given: Mapping[str, str], left_out: frozenset[str]
) -> web.StreamResponse:
    """To the app: with a code, or with what it was refused."""
    state = {"state": asked.state} if asked.state else {}
    if given.get("decision") != "allow":
        return _redirect(platform, asked, {"error": "access_denied", **state})
    place = next((each for each in _places(platform) if each.id == given.get("place")), None)
    if place is None:
        raise _Faulty("Choose a workspace.")
    user = given.get(f"user:{place.id}", "")
    if all(each.id != user for each in place.people):
        raise _Faulty("That person may not install apps there.")
    scopes = frozenset(asked.scopes) - left_out
    code = platform.oauth.allow(place.installation, user, scopes, asked.redirect_uri or None)
    return _redirect(platform, asked, {"code": code, **state})


def _redirect(platform: Platform, asked: _Asked, query: Mapping[str, str]) -> web.StreamResponse:
    target = asked.redirect_uri or platform.oauth.redirect_uris[0]
    sign = "&" if urlsplit(target).query else "?"
    return web.Response(status=302, headers={"Location": f"{target}{sign}{urlencode(query)}", **_HEADERS})


def _form(platform: Platform, asked: _Asked) -> str:
    places = _places(platform)
    chosen = asked.team if any(each.id == asked.team for each in places) else places[0].id
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in asked.hidden.items()
    )
    scopes = "".join(
        f"<li>{escape(MEANINGS.get(scope, scope))} <code>{escape(scope)}</code></li>" for scope in asked.scopes
    )
    left_out = "".join(
        f'<label><input type="checkbox" name="withhold" value="{escape(scope)}"> <code>{escape(scope)}</code></label>'
        for scope in asked.scopes
    )
    return f"""
<form method="post" action="{PATH}">
{hidden}
<div class="marks"><img src="/console/bell.svg" alt=""></div>
<h1>Leadbell is asking for permission to access a Slack workspace</h1>
<fieldset><legend>Where?</legend>{"".join(_choice(each, each.id == chosen) for each in places)}</fieldset>
<section><h2>What will Leadbell be able to do?</h2><ul>{scopes}</ul></section>
<details><summary>Leave some permissions out, to see what happens</summary>
<div class="scopes">{left_out}</div></details>
<div class="foot">
<button name="decision" value="cancel">Cancel</button>
<button name="decision" value="allow" class="primary">Allow</button>
</div>
</form>"""


def _choice(place: _Place, chosen: bool) -> str:
    people = "".join(
        f'<option value="{escape(each.id)}">{escape(f"{each.real_name} ({each.title})")}</option>'
        for each in place.people
    )
    has_it = " · has Leadbell" if place.installation.active else ""
    checked = " checked" if chosen else ""
    name, place_id = escape(place.name), escape(place.id)
    return f"""<div class="place">
<label><input type="radio" name="place" value="{place_id}"{checked}>
<span class="mark" aria-hidden="true">{escape(place.name[:1])}</span>
<span class="name"><strong>{name}</strong><small>{place.kind}{has_it}</small></span></label>
<select name="user:{place_id}" aria-label="Who allows it in {name}">{people}</select>
</div>"""


def _trouble(text: str) -> web.Response:
    """The page that Slack shows where an app asks wrongly."""
    body = f"<h1>Something went wrong when authorising this app.</h1><p>{escape(text)}</p>"
    return _page("Slack", f'<div class="trouble">{body}</div>')


def _page(title: str, body: str) -> web.Response:
    return web.Response(text=_FRAME.format(title=escape(title), body=body), content_type="text/html", headers=_HEADERS)
