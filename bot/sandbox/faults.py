"""Faults on demand: what the next calls to the stand-ins suffer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

HTTP_KINDS = frozenset({"429", "500", "503", "hang", "slow", "refuse", "withhold"})
"""Kinds that act on the connection; any other kind is an error code of Slack."""


class ProviderStandIn(Protocol):
    """What the sandbox asks of the stand-in of a lead system."""

    async def arrive(self, **fields: Any) -> dict[str, Any]:
        """Let a lead arrive there; gives the lead as the lead system shows it."""
        ...

    def fault(self, kind: str, count: int) -> None:
        """Let the next ``count`` calls suffer ``kind``."""
        ...


@dataclass(slots=True)
class _Fault:
    target: str
    kind: str
    left: int
    team: str | None


class Faults:
    """The faults that wait for a call, in the order they were added."""

    def __init__(self, providers: dict[str, ProviderStandIn]) -> None:
        self._providers = providers
        self._waiting: list[_Fault] = []
        self.slow_seconds = 2.0
        self.hang_seconds = 60.0

    def add(self, target: str, kind: str, count: int = 1, team: str | None = None) -> None:
        """Let the next ``count`` matching calls suffer ``kind``; of Slack's only those of ``team`` where it is given.

        ``target`` is ``slack``, ``slack:<method>`` (also ``slack:response_url``, ``slack:upload``, ``slack:files``) or
        the slug of a provider. Raises ValueError for a target that is neither or a count below one.
        """
        if count < 1:
            raise ValueError("count must be at least 1")
        if target in self._providers:
            self._providers[target].fault(kind, count)
        elif target == "slack" or target.startswith("slack:"):
            self._waiting.append(_Fault(target, kind, count, team))
        else:
            raise ValueError(f"unknown target {target!r}")

    def take(self, method: str, team: str | None = None) -> str | None:
        """The kind that this call of ``method`` from a workspace suffers, counted down, or None."""
        for fault in self._waiting:
            if fault.target in {"slack", f"slack:{method}"} and fault.team in {None, team}:
                fault.left -= 1
                if fault.left == 0:
                    self._waiting.remove(fault)
                return fault.kind
        return None

    def clear(self) -> None:
        """Forget every fault of Slack that still waits."""
        self._waiting.clear()
