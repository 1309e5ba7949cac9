"""Invented people of the stand-in: names, towns, streets and questions for leads that look real.

E-mail addresses are at RFC 2606's domains; phone numbers are of the range 555-0100 to 555-0199, which the North
American Numbering Plan keeps for fiction (ATIS-0300115).
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final, TypeVar

Thing = TypeVar("Thing")

# Given names and family names: a name is drawn from one row, as families are.
_NAMES: Final = (
    ("Emily Ashley Jessica Kyle Brandon Tyler Megan Austin", "Miller Johnson Anderson Davis Thompson"),
    ("Keisha Jasmine Darnell Malik Tanisha Andre", "Washington Jefferson Robinson Coleman"),
    ("José María Guadalupe Alejandro Ximena Luis", "García Hernández Rodríguez Peña Núñez"),
    ("Wei Mei-Ling Kevin Grace Hao", "Chen Wang Liu Huang"),
    ("Minh Linh Tuấn Thảo", "Nguyễn Trần Phạm Lê"),
    ("Ji-woo Min-jun Soo-ah Daniel", "Kim Park Lee Choi"),
    ("Priya Arjun Neha Vikram Anjali", "Patel Sharma Reddy Iyer"),
    ("Liam Siobhán Connor Maeve", "O'Brien Murphy Sullivan McCarthy"),
    ("Giulia Anthony Francesca Vincent", "Rossi Esposito DeLuca"),
    ("Rachel Ari Hannah Noah", "Cohen Goldberg Shapiro"),
    ("Fatima Omar Layla Yusuf", "Haddad Khalil Nassar"),
    ("Agnieszka Piotr Katarzyna", "Kowalski Nowak-Smith Wójcik"),
    ("Leilani Keoni Malia", "Kahale Kalua"),
    ("Aiyana Dakota Winona", "Begay Whitehorse"),
)

# City, state, county, area codes, ZIP codes, list price of a usual home.
PLACES: Final = (
    ("Austin", "TX", "Travis", "512 737", "78704 78745 78751", 540_000),
    ("Round Rock", "TX", "Williamson", "512", "78664 78681", 410_000),
    ("Phoenix", "AZ", "Maricopa", "602 480", "85016 85044", 445_000),
    ("Scottsdale", "AZ", "Maricopa", "480", "85251 85254", 825_000),
    ("San Diego", "CA", "San Diego", "619 858", "92103 92116", 910_000),
    ("Sacramento", "CA", "Sacramento", "916", "95814 95818", 480_000),
    ("Denver", "CO", "Denver", "303 720", "80205 80211", 585_000),
    ("Tampa", "FL", "Hillsborough", "813", "33602 33611", 395_000),
    ("Miami", "FL", "Miami-Dade", "305 786", "33131 33145", 620_000),
    ("Atlanta", "GA", "Fulton", "404 678", "30307 30318", 425_000),
    ("Charlotte", "NC", "Mecklenburg", "704 980", "28203 28205", 415_000),
    ("Nashville", "TN", "Davidson", "615", "37206 37211", 460_000),
    ("Columbus", "OH", "Franklin", "614", "43201 43214", 290_000),
    ("Portland", "OR", "Multnomah", "503 971", "97202 97214", 530_000),
    ("Seattle", "WA", "King", "206", "98103 98115", 870_000),
    ("Boise", "ID", "Ada", "208", "83702 83709", 470_000),
)

STREETS: Final = (
    "Oak Street", "Maple Avenue", "Sunset Boulevard", "Magnolia Lane", "Lakeview Drive", "Peachtree Court",
    "Mesa Verde Road", "Barton Springs Road", "Cherry Blossom Way", "Old Mill Trail", "2nd Avenue N", "Pecan Grove Cir",
)  # fmt: skip

QUESTIONS: Final = (
    "Is this home still available? We'd love to see it this weekend.",
    "We are pre-approved up to $450,000 & need 3 bedrooms.",
    "What are the HOA fees?",
    "Relocating for work in January – are there good schools nearby?",
    "Please text, I'm a nurse and work nights.",
    "How much is my house worth? 4 bed / 2.5 bath, built 1998.",
    "Does the seller accept FHA loans?",
    "Looking to invest, duplex or fourplex <  $900k.",
    "Can we bring our dog to the showing?",
    "First time buyer, no idea where to start :)",
)

_DOMAINS: Final = ("example.com", "example.org", "example.net")


def pick(rng: random.Random, items: Sequence[Thing]) -> Thing:
    """One of the items; several times faster than ``choice``, which matters to histories of 100,000 leads."""
    return items[int(rng.random() * len(items))]


@cache
def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def draw_name(rng: random.Random) -> tuple[str, str]:
    """Given name and family name."""
    given, families = pick(rng, _NAMES)
    return pick(rng, _split(given)), pick(rng, _split(families))


def draw_email(rng: random.Random, first: str, last: str) -> str:
    """An address made from the name."""
    first, last = _ascii(first), _ascii(last)
    number = int(rng.random() * 9999)
    return f"{first}.{last}{number}@{pick(rng, _DOMAINS)}" if number % 3 else f"{first[:1]}{last}{number}@example.com"


def draw_phone(rng: random.Random, areas: str) -> str:
    """A number of one of the area codes, written in one of the ways people write them."""
    area, line = pick(rng, _split(areas)), f"01{int(rng.random() * 100):02}"
    forms = (f"{area}555{line}", f"({area}) 555-{line}", f"+1{area}555{line}", f"{area}-555-{line}")
    return pick(rng, forms)


def draw_zip(rng: random.Random, codes: str) -> str:
    """One of the ZIP codes."""
    return pick(rng, _split(codes))


@cache
def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())
