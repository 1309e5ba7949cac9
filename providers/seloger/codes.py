"""Groupe SeLoger's codes and their names.

The document prints none of them. They are those of the same company's newer API, AVIV Group's "Seeker Leads" 1.4.0, and
unverified here: unknown ones are kept as they come.
"""

from __future__ import annotations

from typing import Final

CATEGORIES: Final = (
    ("classified", "Classified ad"),
    ("agency", "Agency page"),
    ("seller", "Seller"),
    ("property-search", "Property search"),
)
"""The four lists beside the list of all leads (document, "Classified" to "PropertySearch")."""

PORTALS: Final = (
    ("SLG-FRA", "SeLoger"),
    ("LIM-FRA", "Logic-Immo"),
    ("BDS-FRA", "Belles Demeures"),
    ("MAG-FRA", "MeilleursAgents"),
)
PORTAL_NAMES: Final = dict(PORTALS)

KINDS: Final = (("buyer", "Buyer"), ("seller", "Seller"), ("landlord", "Landlord"), ("tenant", "Tenant"))
"""``distributionType``: who asks."""
