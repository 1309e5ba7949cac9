"""``oauth.*``, ``auth.revoke``, ``auth.teams.list`` and ``apps.uninstall`` of the Web API."""

from __future__ import annotations

import base64
import binascii

from bot.sandbox.oauth import Refused
from bot.sandbox.strict import Json
from bot.sandbox.web_call import ApiError, Call, Method


def client_of(call: Call) -> tuple[str, str]:
    """The caller's client id and secret, by HTTP Basic or as arguments."""
    scheme, _, coded = call.authorization.partition(" ")
    if scheme == "Basic":
        try:
            client_id, _, client_secret = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise ApiError("invalid_client_id", fault="HTTP Basic that cannot be read") from None
        return client_id, client_secret
    return call.text("client_id") or "", call.text("client_secret") or ""


def _check_client(call: Call) -> None:
    try:
        call.platform.oauth.check_client(*client_of(call))
    except Refused as refused:
        raise ApiError(str(refused)) from None


def _access(call: Call) -> Json:
    _check_client(call)
    oauth = call.platform.oauth
    kind = call.text("grant_type") or "authorization_code"
    try:
        if kind == "refresh_token":
            return oauth.refresh(call.text("refresh_token") or "")
        if kind == "authorization_code":
            return oauth.exchange_code(call.text("code") or "", call.text("redirect_uri"))
    except Refused as refused:
        raise ApiError(str(refused)) from None
    raise ApiError("invalid_grant_type", fault=f"grant_type is {kind!r}")


def _exchange(call: Call) -> Json:
    _check_client(call)
    try:
        return call.platform.oauth.exchange_token(call.text("token") or "")
    except Refused as refused:
        raise ApiError(str(refused)) from None


def _revoke(call: Call) -> Json:
    """The token of the call dies; the event follows when no other lives."""
    if call.flag("test"):
        return {"revoked": False}
    held = call.holder()
    held.token.revoked = True
    if not held.installation.token:
        call.platform.soon(held.teams[0].push.event(call.platform.revoke(held.installation)))
    return {"revoked": True}


def _uninstall(call: Call) -> Json:
    _check_client(call)
    held = call.holder()
    events = call.platform.uninstall(held.installation)

    async def tell() -> None:
        for event in events:
            await held.teams[0].push.event(event)

    call.platform.soon(tell())
    return {}


def _teams(call: Call) -> Json:
    page, following = call.page(call.holder().teams, call.number("limit", 100, most=1000))
    shown = [{"id": one.workspace.team.id, "name": one.workspace.team.name} for one in page]
    return {"teams": shown, "response_metadata": {"next_cursor": following}}


_CLIENT = ("client_id", "client_secret")

METHODS = {
    "oauth.v2.access": Method(
        _access, (), (*_CLIENT, "code", "redirect_uri", "grant_type", "refresh_token"), client=True
    ),
    "oauth.v2.exchange": Method(_exchange, ("token",), _CLIENT, client=True, json=False),
    "auth.revoke": Method(_revoke, (), ("test",), json=False, anywhere=True),
    "apps.uninstall": Method(_uninstall, _CLIENT, (), json=False, anywhere=True),
    "auth.teams.list": Method(_teams, (), ("cursor", "limit"), json=False, anywhere=True),
}
