"""What a change will leave behind, looked up before it is confirmed."""

from __future__ import annotations

from typing import Any

from providers.http import Api
from providers.lofty.mapping import content
from providers.lofty.models.leads import AssignLead, EditLead
from providers.lofty.pages import LEADS


async def tags_after(api: Api, params: EditLead) -> str | None:
    """The tags that the lead will have, where some are taken away or all are replaced; ``None`` where none go."""
    if params.tags is None and not params.tagsRemove:
        return None
    lead = content(await api.get(f"{LEADS}/{params.leadId}")) or {}
    held = [name for tag in lead.get("tags") or () if (name := _name(tag))]
    start = held if params.tags is None else params.tags
    gone = {tag.casefold() for tag in params.tagsRemove or ()}
    left = [tag for tag in dict.fromkeys([*start, *(params.tagsAdd or ())]) if tag.casefold() not in gone]
    if set(held) <= set(left):
        return None
    return f"Tags now: {', '.join(held)}. Tags afterwards: {', '.join(left) or 'none'}."


def _name(tag: Any) -> str:
    return str((tag.get("tagName") if isinstance(tag, dict) else tag) or "")


async def assign(api: Api, params: AssignLead) -> Any:
    """Give a lead to somebody (5.5.14), in the spelling of ``assignee`` that the connection is set to."""
    spelling = getattr(api.settings, "assignee_field", "assignee")
    names = ("assignee", "assiginee") if spelling == "both" else (spelling,)
    body = []
    for one in params.model_dump(mode="json", by_alias=True, exclude_none=True)["assignees"]:
        account = one.pop("assignee")
        body.append(one | dict.fromkeys(names, account))
    return await api.send("POST", f"{LEADS}/{params.leadId}/assignment", body, repeatable=True)
