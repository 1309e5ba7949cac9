"""The company and its offices (5.13)."""

from __future__ import annotations

from typing import Any

from providers.action import Action, get, post, put
from providers.lead import Privacy
from providers.lofty.models.organization import AddOffice, EditCompany, EditOffice, Organization, PermissionProfile

SECTION = "Agent Organization"

ORGANIZATION: tuple[Action[Any], ...] = (
    get(
        "/v1.0/org", "organization", "The company and its offices", gives=Organization, section=SECTION, source="5.13.1"
    ),
    post(
        "/v1.0/org/company",
        "edit-company",
        "Change the company",
        EditCompany,
        idempotent=True,
        admins=True,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.13.2",
    ),
    post(
        "/v1.0/org/office",
        "edit-office",
        "Change an office",
        EditOffice,
        idempotent=True,
        admins=True,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.13.3",
    ),
    put(  # this API adds with PUT and changes with POST
        "/v1.0/org/office",
        "add-office",
        "Add an office",
        AddOffice,
        idempotent=False,
        admins=True,
        privacy=Privacy.PUBLIC,
        section=SECTION,
        source="5.13.4",
    ),
    get(
        "/v1.0/org/permission/profiles",
        "permission-profiles",
        "Permission profiles",
        gives=PermissionProfile,
        section=SECTION,
        source="5.13.5",
    ),
)
