"""Which subscriptions a lead alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.filters import Asked, Filter, Frame, matches
from storage.records import Subscription


@dataclass(frozen=True, slots=True)
class Rule:
    """A subscription with its words read."""

    subscription: Subscription
    wanted: Filter


def alerts(lead: Asked, rules: Sequence[Rule], frame: Frame) -> list[Subscription]:
    """The subscriptions whose connection and filter fit the lead."""
    return [
        rule.subscription
        for rule in rules
        if rule.subscription.connection in (None, lead.connection) and matches(rule.wanted, lead, frame)
    ]


def by_channel(subscriptions: Sequence[Subscription]) -> Mapping[str, list[Subscription]]:
    """One card a channel, however many of its subscriptions fit."""
    found: dict[str, list[Subscription]] = {}
    for subscription in subscriptions:
        found.setdefault(subscription.channel, []).append(subscription)
    return found
