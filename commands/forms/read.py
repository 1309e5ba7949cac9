"""From a modal's state back to the model, each error on the input that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from commands.forms.fields import fields_of
from commands.forms.values import for_model, from_input
from commands.ids import Do
from commands.views.sentences import invalid

M = TypeVar("M", bound=BaseModel)
State = Mapping[str, Mapping[str, Any]]


class Invalid(Exception):
    """Some inputs cannot be used: sentences by block id."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(f"{len(errors)} input(s)")
        self.errors = errors


def element_value(element: Mapping[str, Any]) -> Any:
    """What one input holds, whatever its type; ``None`` where it is empty."""
    for key in ("selected_option", "selected_options"):
        if key in element:
            chosen = element[key]
            if isinstance(chosen, list):
                return [o["value"] for o in chosen]
            return chosen["value"] if chosen else None
    for key in (
        "value",
        "selected_date",
        "selected_time",
        "selected_date_time",
        "selected_user",
        "selected_users",
        "selected_conversation",
        "selected_channel",
        "files",
    ):
        if key in element:
            return element[key]
    return None


def typed(state: State) -> dict[str, Any]:
    """What a person typed, by block id; empty inputs are left out."""
    found = {}
    for block_id, elements in state.items():
        if Do.VALUE.value in elements:
            value = element_value(elements[Do.VALUE.value])
            if value not in (None, "", []):
                found[block_id] = value
    return found


def as_model(model: type[M], state: State) -> M:
    """The model that a modal's state describes, for one without nested models. Raises :class:`Invalid`."""
    raw: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for asked in fields_of(model):
        held = state.get(asked.name, {}).get(Do.VALUE.value)
        if held is None:
            continue
        try:
            value = for_model(asked, from_input(asked, element_value(held)))
        except ValueError as error:
            errors[asked.name] = str(error)
            continue
        if value is not None:
            raw[asked.name] = value
    try:
        made = model.model_validate(raw)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            errors.setdefault(str(one["loc"][0]) if one["loc"] else next(iter(raw), ""), invalid(one))
        raise Invalid(errors) from None
    if errors:
        raise Invalid(errors)
    return made
