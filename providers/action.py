"""One operation of a lead system, declared once; forms, words, command line and docs follow from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from providers.http import Api
from providers.lead import Privacy


class Effect(StrEnum):
    """What running an action does to the lead system."""

    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"


class Long:
    """Marks a text that wants several lines: ``Annotated[str, Long()]``."""


P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True)
class Action(Generic[P]):
    """One operation.

    ``params`` is what it takes (pydantic fields carry titles, hints and limits; aliases are the API's own
    names), ``call`` carries it out and returns JSON-ready data or raises one of the four failures.
    ``idempotent`` writes may be repeated. ``privacy`` is the class of what it gives.
    """

    name: str
    title: str
    params: type[P]
    method: str
    path: str
    call: Callable[[Api, P], Awaitable[Any]]
    effect: Effect = Effect.READ
    on_lead: bool = False
    idempotent: bool = True
    privacy: Privacy = Privacy.CONTACT
    source: str = ""
    """Document and section that this operation encodes."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The known values of a field with their names, for a select. Other values of its type are accepted too,
    because lists of sources and categories grow: ``Annotated[int, Choices(((1, "Keaze"), …))]``."""

    values: tuple[tuple[str | int, str], ...]
