"""What storEDGE's refusals mean: ``{"meta": {message, error_code, status_code, …}}`` without a record beside it.

The truth stands in ``meta.status_code`` as well as in HTTP's status, and may stand there alone. ``meta.parameters``
repeats what was sent, so nothing of it is read.

Sources: storEDGE API, sample; Meta.cs and ErrorResponse.cs of rednovalabs/storedge-api-client-dotnet.
"""

from __future__ import annotations

import re
from typing import Any

from providers.errors import AuthFailed, FieldError, Rejected, Unavailable

LONGEST = 300
"""Characters of a message; a longer one is no sentence, and may hold what was sent."""
_PERSONAL = re.compile(r"\S+@\S+|\+?\d[\d\s().*-]{5,}\d|\*{2,}\d+")
_VALUE = re.compile(r"\s+value\s+(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|\{.*\}|\[.*\]|[^\s:]+)(?=:|$)")
_FORBIDDEN = "storEDGE does not permit that to this API key. Ask whoever gave it to you."
_GONE = "storEDGE has no such facility or record (any more), or this key may not see it."

_FIELDS = frozenset(
    (
        *("tenant_id", "title", "first_name", "last_name", "middle_initial", "email", "is_military", "is_business"),
        *("number", "extension", "label", "sms_opt_in", "address1", "address2", "city", "state", "postal", "time_zone"),
        *("unit_id", "online_move_in_url", "caller_first_name", "caller_last_name", "urgent", "quoted_rate"),
        *("length_of_stay_id", "size", "floor", "lead_contents", "desired_move_in_date", "free_truck", "moving_labor"),
        *("desired_unit_size_and_price", "call_source", "dnis", "close_reason_id", "lead_action_performed"),
        *("lead_action_performed_index", "next_lead_action", "note", "rate_type", "discount_plans", "is_reservation"),
        *("payment_method_id", "kind", "reuseable", "check_number", "name_on_check", "check_amount", "company"),
        *("reference_number", "money_order_amount", "amount_tendered", "facility_id", "per_page", "page", "only_ids"),
        *("updated_since", "created_after", "created_before"),
    )
)
"""Names of parameters by which a message may say what it means."""
_SPOKEN = {
    "unit": "unit_id",
    "tenant": "first_name",
    "phone number": "number",
    "phone numbers": "number",
    "phone_numbers_attributes": "number",
    "caller_phone_number_attributes": "caller_phone_number_attributes.number",
    "notes_attributes": "note",
    "payment method": "payment_method_id",
    "payment_method": "payment_method_id",
    "billing_address_attributes": "address1",
    "mailing_address_attributes": "address1",
    "length of stay": "length_of_stay_id",
    "close reason": "close_reason_id",
    "discount plan": "discount_plans",
    "discount plans": "discount_plans",
    "e-mail": "email",
    "facility": "facility_id",
}
"""Other words for them: Rails speaks of attributes and of what they belong to."""
_PATH = re.compile(r"\b(?:lead|payment_method)(?:\[\w*\]|\.\w+)+|\b[a-z]+_[a-z0-9_]+\b")
_CANNOT = re.compile(
    r"^([\w \-]{2,60}?)\s+(?:can't|cannot|can not|must|is|are|isn't|has|does|should|required|not)\b", re.IGNORECASE
)


def field_of(message: str) -> str | None:
    """The parameter that a message speaks of, by the API's own name (nested ones with dots); ``None``: none."""
    for found in _PATH.finditer(message):
        words = [w for w in re.split(r"[\[\].]+", found[0]) if w and not w.isdecimal()]
        known = words[-1] in _FIELDS
        if known and len(words) > 2:
            path = words[1:] if words[0] == "lead" else words
            return ".".join(path)
        if known:
            return words[-1]
        if words[-1] in _SPOKEN:
            return _SPOKEN[words[-1]]
    spoken = _CANNOT.match(message.strip())
    if spoken is None:
        return None
    words = spoken[1].casefold().strip().split()
    for start in range(len(words)):  # "Tenant first name" is the first name
        said = " ".join(words[start:])
        if said in _SPOKEN:
            return _SPOKEN[said]
        if (name := said.replace(" ", "_")) in _FIELDS:
            return name
    return None


def sentence(message: str) -> str:
    """A message without personal data, short enough to be shown. What a Rails API repeats of a value goes."""
    return _PERSONAL.sub("…", _VALUE.sub("", " ".join(message.split())))[:LONGEST]


def _meta(data: Any) -> dict[str, Any]:
    meta = data.get("meta") if isinstance(data, dict) else None
    return meta if isinstance(meta, dict) else {}


def _code(meta: dict[str, Any]) -> int | None:
    code = meta.get("status_code")
    if isinstance(code, str) and code.strip().isdecimal():
        code = int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) and 100 <= code <= 599 else None


def _messages(meta: dict[str, Any]) -> list[str]:
    """What it says: one text, several, or several by attribute."""
    said = meta.get("message")
    if isinstance(said, dict):
        return [f"{k} {t}" for k, v in said.items() for t in (v if isinstance(v, list) else [v]) if isinstance(t, str)]
    return [t for t in (said if isinstance(said, list) else [said]) if isinstance(t, str) and t.strip()]


def read_errors(status: int, data: Any) -> Rejected | AuthFailed | None:
    """The failure that an answer means, or ``None``: a good one, or one that says no more than its status.

    Raises Unavailable where a good status hides a failing or overloaded system.
    """
    meta = _meta(data)
    hidden = _code(meta) if 200 <= status < 300 else None
    if 200 <= status < 300 and (hidden is None or hidden < 400):
        if meta.get("error_code") in (None, 0, "0", "") or set(data) - {"meta"}:
            return None
        hidden = 422  # an error's body without any status of its own
    code = hidden or status
    if code == 429 or (code >= 500 and code != 501):
        raise Unavailable(f"status {code} in the answer", arrived=False if code == 429 else None)
    if code == 401:
        return AuthFailed()
    messages = _messages(meta)
    if code == 403:
        return Rejected((FieldError(_FORBIDDEN),), code) if meta else None
    if code == 404:
        return Rejected((FieldError(_GONE),), code)
    if not meta:
        return None
    return Rejected(tuple(FieldError(sentence(m), field_of(m)) for m in messages), code)
