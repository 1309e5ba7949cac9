"""Answers that refuse, in the four forms that Lofty uses, with the codes of
https://developer.lofty.com (authentication, error codes).
"""

from __future__ import annotations

from typing import Final

import orjson

CONTENT_TYPE: Final = 20001
USER_NOT_EXIST: Final = 20003
LEAD_NOT_EXIST: Final = 20006
RESOURCE_NOT_EXIST: Final = 20007
INVALID_PARAMETER: Final = 20012
PERMISSION_DENIED: Final = 20017
PROPERTY_ADDRESS_EMPTY: Final = 200057
NO_USER_IN_TOKEN: Final = 200058
TRANSACTION_NOT_EXIST: Final = 200060
TRANSACTION_NAME: Final = 200062
VENDOR_NOT_ALLOWED: Final = 200100
OFFSET_EXCEED_LIMIT: Final = 200104
LEAD_PROPERTY_NOT_EXIST: Final = 200108
NO_SUCH_STATUS: Final = 200125

SHAPES: Final = ("code", "errorCode", "string", "text")
"""Forms of an error body, numbered from 1 in :meth:`LoftyStandIn.fault`: ``{"code","message"}``,
``{"errorCode","errorMsg"}``, a JSON string, plain text."""

_FAMILIES: Final = (
    ("/v1.0/agent", "errorCode"),
    ("/v1.0/team-features", "errorCode"),
    ("/v1.0/brokermint", "string"),
    ("/v1.0/broker", "string"),
    ("/v1.0/teamFeatures", "string"),
    ("/v1.0/users", "string"),
    ("/v1.0/listing", "text"),
    ("/v1.0/getPublishedListings", "text"),
)
"""Which operations answer in which form is not documented; that all four occur was observed."""


class Refused(Exception):
    """The answer is an error. ``field`` is the parameter's name where one is at fault."""

    def __init__(self, status: int, code: int, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field


def invalid(field: str, why: str) -> Refused:
    """A parameter that the document does not allow: 400."""
    return Refused(400, INVALID_PARAMETER, f"INVALID_PARAMETER: {field} {why}", field=field)


def no_lead() -> Refused:
    """The lead does not exist, or is in the trash: 404."""
    return Refused(404, LEAD_NOT_EXIST, "LEAD_NOT_EXIST")


def no_resource(name: str) -> Refused:
    """A note, a task, a log entry does not exist: 404."""
    return Refused(404, RESOURCE_NOT_EXIST, name)


def no_user() -> Refused:
    """Nobody of the team has that id or account: 404."""
    return Refused(404, USER_NOT_EXIST, "USER_NOT_EXIST")


def no_such_key() -> Refused:
    """The key names nobody. It is a 400 (as observed), although the document says 401."""
    return Refused(400, NO_USER_IN_TOKEN, "User in token does not exist.")


def denied() -> Refused:
    """The caller may not do that: 403."""
    return Refused(403, PERMISSION_DENIED, "PERMISSION_DENIED")


def not_for_vendor() -> Refused:
    """The vendor's key does not open this operation: 403."""
    return Refused(403, VENDOR_NOT_ALLOWED, "Sorry, the vendor does not have permission for this API.")


def shape_of(path: str) -> str:
    """The form in which the operations of a path answer errors."""
    return next((shape for start, shape in _FAMILIES if path.startswith(start)), "code")


def error_body(refused: Refused, shape: str) -> tuple[bytes, str]:
    """The body of a refusal and its content type."""
    match shape:
        case "errorCode":
            return orjson.dumps({"errorCode": refused.code, "errorMsg": refused.message}), "application/json"
        case "string":
            return orjson.dumps(refused.message), "application/json"
        case "text":
            return refused.message.encode(), "text/plain"
    return orjson.dumps({"code": refused.code, "message": refused.message}), "application/json"
