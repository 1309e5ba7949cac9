"""The recorded answers of Groupe SeLoger's API are what their names say."""

from __future__ import annotations

from typing import Any

import pytest

from providers.seloger.answers import opened
from providers.seloger.mapping import head_of
from tests.providers.seloger.seloger_house import SelogerHouse, fixture


@pytest.mark.parametrize("name", ["page_1", "page_2", "nulls", "unknown_enum", "missing_fields", "empty", "erased"])
def test_an_answer_has_the_documented_envelope(name: str) -> None:
    assert list(fixture(name)) == ["Data", "Count"]


def test_two_pages_hold_five_leads_newest_first() -> None:
    one, two = opened(fixture("page_1")), opened(fixture("page_2"))
    heads = [head_of(item) for item in one.items + two.items]
    assert (len(one.items), len(two.items), one.count, two.count) == (3, 2, 5, 5)
    assert len({head.id for head in heads}) == 5
    assert [head.created for head in heads] == sorted((head.created for head in heads), reverse=True)


async def test_they_have_the_fields_of_the_stand_ins_leads(seloger: SelogerHouse) -> None:
    def names(value: Any) -> Any:
        return {k: names(v) for k, v in value.items()} if isinstance(value, dict) else None

    buyer = await seloger.system.arrive(category="CLASSIFIED")
    seller = await seloger.system.arrive(category="SELLER")
    assert names(fixture("page_1")["Data"][0]) == names(buyer)
    assert names(fixture("one_lead")) == names(seller)


def test_nulls_are_everywhere_but_in_id_and_time() -> None:
    def values(value: Any) -> set[Any]:
        return {v for held in value.values() for v in values(held)} if isinstance(value, dict) else {value}

    whole, bare = fixture("nulls")["Data"]
    assert values(whole) == {None, "n-1", 1795514645}
    assert bare["contactRequest"] is None
