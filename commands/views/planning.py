"""Scheduling digests: the modal and the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from commands.forms.draw import Options, inputs
from commands.ids import Do, Form
from commands.verb import Say, Value, View
from commands.views import sentences
from commands.views.blocks import button, local_time, modal, safe, section
from storage.records import Schedule

SHOWN = 20


def form(model: type[BaseModel], values: Mapping[str, Any], options: Options) -> View:
    """The schedule modal."""
    return modal("Schedule a digest", inputs(model, values, options=options), callback=Form.DIGEST, submit="Schedule")


def planned(due: datetime) -> View:
    """It is scheduled."""
    return modal("Scheduled", [section(sentences.first_digest(due))], callback=Form.SHOW, close="Done")


def listed(found: Sequence[Schedule]) -> Say:
    """The digests, each with *Stop*."""
    blocks = [
        section(
            f"<#{one.channel}> · {one.days} at {one.at} {safe(one.zone)} · next {local_time(one.next_at)}",
            accessory=button("Stop", Do.UNDIGEST, Value(row=one.schedule), style="danger"),
        )
        for one in found[:SHOWN]
    ]
    return Say(sentences.counted(len(found), "digest"), blocks)
