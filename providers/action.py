"""One operation of a lead system, declared once; forms, words, command line, palette and docs follow from it.

:func:`get`, :func:`post`, :func:`put`, :func:`patch` and :func:`delete` make the usual ones, so that a file of
declarations reads like the API's table of contents. Where an API is odd, ``call`` is a function.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from providers.errors import FieldError, Rejected
from providers.http import Api
from providers.lead import Privacy
from providers.paging import Paging


class Effect(StrEnum):
    """What running an action does to the lead system."""

    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"


# ------------------------------------------------------------------------------------- marks of fields


class Long:
    """Marks a text that wants several lines: ``Annotated[str, Long()]``."""


class Json:
    """Marks a value of any JSON shape, typed as JSON: ``Annotated[dict[str, Any], Json()]``."""


class Money:
    """Marks an amount of money: ``Annotated[Decimal, Money()]``; ``$450,000`` is understood."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The known values of a field with their names, for a select. Other values of its type are accepted too,
    because lists of sources and categories grow: ``Annotated[int, Choices(((1, "Keaze"), …))]``.

    Of a list's field: the known values of its items.
    """

    values: tuple[tuple[str | int, str], ...]


@dataclass(frozen=True, slots=True)
class Refers:
    """The value (or each item of a list) is the id of something that people know by name:
    ``Annotated[int, Refers("member")]``. It is chosen from what Leadbell knows of that kind (see
    :attr:`providers.provider.Provider.names`); ``lead`` are the desk's own leads."""

    kind: str


class Ahead:
    """Marks a time or day that makes no sense in the past: ``Annotated[Moment, Ahead()]``."""


class InQuery:
    """Marks a field of a POST or PUT that travels in the query string."""


class WholeBody:
    """Marks the one field that is the whole body, such as a bare list."""


class OutsideSlack:
    """Marks a field that no form and no word of Slack asks for or takes (card data); a call outside Slack may."""


class Preset:
    """Marks a text that a subscription may fill in beforehand, for leads that are created in its channel."""


@dataclass(frozen=True, slots=True)
class Group:
    """Marks optional fields that belong together; they are folded under this title until asked for."""

    title: str


class Nothing(BaseModel):
    """An action that takes nothing."""

    model_config = ConfigDict(extra="forbid")


# ----------------------------------------------------------------------------------------- the action

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True)
class Action(Generic[P]):
    """One operation.

    ``params`` is what it takes (pydantic fields carry titles, hints and limits; names or aliases are the API's
    own). Fields named in braces in ``path`` go there; of the others those of a GET or DELETE go into the query
    string, else into the JSON body, without those that are ``None``. Where ``call`` is given, it does all that.
    """

    name: str
    title: str
    params: type[P]
    method: str
    path: str
    call: Callable[[Api, P], Awaitable[Any]] | None = None
    effect: Effect = Effect.READ
    gives: type[BaseModel] | None = None
    """The record it gives, whether one or many and whatever it is wrapped in: names, dates and privacy of its
    fields. Fields of the sensitive class are dropped from results."""
    lead: str | None = None
    """The field that holds the id of the lead it acts on."""
    lookup: str | None = None
    """The field that holds what else the lead system wants to find that lead (:attr:`Lead.lookup`). It is filled in
    from the desk's lead, and should be optional: its type in the form is then left empty."""
    document: bool = False
    """It gives a file (:class:`providers.http.Download`), which only the owner of the lead gets, where an admin allows
    it at all."""
    idempotent: bool = True
    """A write that may be repeated."""
    admins: bool = False
    """Only Slack's admins may run it, and it is hidden from others. Destroying ones always are."""
    privacy: Privacy = Privacy.CONTACT
    """The class of what it gives, where ``gives`` does not say it of a field."""
    section: str = ""
    """The heading it stands under in the palette and the docs."""
    source: str = ""
    """Document and section that this operation encodes."""
    paging: Paging | None = None
    contacts: Callable[[P], str | None] | None = None
    """How it contacts the lead (``call``, ``text``, ``email``, ``marketing``): a customer may not wish it."""
    foresee: Callable[[Api, P], Awaitable[str | None]] | None = None
    """What will be after it, as a sentence, asked of the lead system; where there is one, it asks first."""
    warns: str = ""
    """What to know before it is run, as a sentence; where it is given, it asks first."""

    async def run(self, api: Api, params: P) -> Any:
        """Carry it out: JSON-ready data without sensitive fields. Raises one of the four failures."""
        answer = await (self.call(api, params) if self.call else exchange(self, api, params))
        return without_sensitive(self.gives, answer)

    @property
    def for_admins(self) -> bool:
        """Whether only admins may run it."""
        return self.admins or self.effect is Effect.DESTROY

    @property
    def asks(self) -> bool:
        """Whether it asks "are you sure?"."""
        return bool(self.warns) or (self.for_admins and self.effect is not Effect.READ)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it will be sent."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any


def request_of(action: Action[Any], params: BaseModel) -> Outgoing:
    """The request that an action makes: exactly the documented names, and nothing that was not given."""
    given = params.model_dump(mode="json", by_alias=True, exclude_none=True)
    path, query, body, bare = action.path, [], {}, None
    model: type[BaseModel] = action.params
    for name, marks in _places(model):
        if name not in given:
            continue
        value = given[name]
        if f"{{{name}}}" in path:
            if _text(value) in (".", ".."):  # another address, to whoever tidies addresses
                raise Rejected((FieldError("is not accepted", name),))
            path = path.replace(f"{{{name}}}", quote(_text(value), safe=""))
        elif WholeBody in marks:
            bare = value
        elif action.method in ("GET", "DELETE") or InQuery in marks:
            query += [(name, _text(v)) for v in (value if isinstance(value, list) else [value])]
        else:
            body[name] = value
    sent = bare if bare is not None else body
    return Outgoing(action.method, path, tuple(query), None if action.method in ("GET", "DELETE") else sent)


async def exchange(action: Action[Any], api: Api, params: BaseModel) -> Any:
    """Send the request of an action and decode the answer."""
    out = request_of(action, params)
    if out.method == "GET":
        return await api.get(out.path, out.query)
    return await api.send(out.method, out.path, out.body, repeatable=action.idempotent, query=out.query)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


@cache
def _places(model: type[BaseModel]) -> tuple[tuple[str, frozenset[type]], ...]:
    return tuple(
        (info.alias or name, frozenset(type(m) for m in info.metadata)) for name, info in model.model_fields.items()
    )


# -------------------------------------------------------------------------------------------- results


def nested(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation: ``list[M]``, ``M | None``, ``Annotated[M, …]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return next((m for part in parts if (m := nested(part))), None)


@cache
def result_fields(model: type[BaseModel]) -> Mapping[str, tuple[Privacy | None, type[BaseModel] | None]]:
    """Privacy and nested model of each field of a result, by its name in the API."""
    return {
        info.alias or name: (
            next((m for m in info.metadata if isinstance(m, Privacy)), None),
            nested(info.annotation),
        )
        for name, info in model.model_fields.items()
    }


def without_sensitive(model: type[BaseModel] | None, data: Any) -> Any:
    """``data`` without the fields that ``model`` marks sensitive, however deep and whatever wraps them."""
    if model is None:
        return data
    if isinstance(data, list):
        return [without_sensitive(model, item) for item in data]
    if not isinstance(data, dict):
        return data
    known = result_fields(model)
    kept = {}
    for name, value in data.items():
        privacy, inner = known.get(name, (None, None))
        if privacy is Privacy.SENSITIVE:
            continue
        wraps = name not in known and isinstance(value, dict | list)
        kept[name] = without_sensitive(model if wraps else inner, value)
    return kept


# ------------------------------------------------------------------------------- the usual declarations


def _declared(method: str, usual: Effect, path: str, name: str, title: str, params: Any = Nothing, **more: Any) -> Any:
    more.setdefault("effect", usual)
    more.setdefault("idempotent", method != "POST" or more["effect"] is Effect.READ)
    return Action(name=name, title=title, params=params, method=method, path=path, **more)


get: Callable[..., Action[Any]] = partial(_declared, "GET", Effect.READ)
"""``get(path, name, title, params, gives=…)``: a reading action."""
post: Callable[..., Action[Any]] = partial(_declared, "POST", Effect.WRITE)
"""A write that may not be repeated blindly, unless ``idempotent=True``; ``effect=Effect.READ`` for a search."""
put: Callable[..., Action[Any]] = partial(_declared, "PUT", Effect.WRITE)
patch: Callable[..., Action[Any]] = partial(_declared, "PATCH", Effect.WRITE)
delete: Callable[..., Action[Any]] = partial(_declared, "DELETE", Effect.DESTROY)
