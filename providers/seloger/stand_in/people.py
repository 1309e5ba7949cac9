"""Invented people, homes and words of the stand-in: France.

E-mail addresses are at RFC 2606's domains. Telephone numbers come from the ranges that Arcep keeps for fiction
(decision 2012-0856: 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49, 06 39 98).
"""

from __future__ import annotations

import random
import unicodedata
from typing import Any, Final

_WOMEN: Final = (
    *("Camille", "Élodie", "Inès", "Manon", "Chloé", "Léa", "Zoé", "Aïcha", "Fatou", "Maëlys", "Anne-Sophie", "Noémie"),
    *("Océane", "Joséphine", "Thảo", "Solène"),
)
_MEN: Final = (
    *("Théo", "François", "Jérôme", "Lucas", "Mehdi", "Loïc", "Jean-Baptiste", "Hugo", "Moussa", "Gaëtan", "Rémi"),
    *("Stéphane", "Karim", "Benoît", "Yann", "Noël"),
)
_FAMILIES: Final = (
    *("Lefèvre", "Dubois", "Girard", "Moreau", "Le Goff", "Benali", "Diallo", "N'Diaye", "Roux", "Faure", "Chevalier"),
    *("Nguyễn", "Da Silva", "Garnier", "d'Estaing-Morel", "Béranger", "Traoré", "Lacroix", "Meunier", "Haddad"),
)
_PREFIXES: Final = ("19900", "26191", "35301", "46571", "53649", "63998", "63998", "63998")

TOWNS: Final = (
    ("Lyon", "69003"), ("Paris", "75011"), ("Paris", "75018"), ("Marseille", "13008"), ("Nantes", "44000"),
    ("Bordeaux", "33000"), ("Toulouse", "31400"), ("Lille", "59800"), ("Rennes", "35700"), ("Strasbourg", "67000"),
    ("Montpellier", "34000"), ("Aix-en-Provence", "13100"), ("Boulogne-Billancourt", "92100"),
    ("Saint-Étienne", "42000"), ("L'Haÿ-les-Roses", "94240"), ("Annecy", "74000"),
)  # fmt: skip
KINDS: Final = ("APARTMENT", "APARTMENT", "APARTMENT", "HOUSE", "HOUSE", "LOFT", "LAND", "PARKING")
_STREETS: Final = (
    *("rue de la République", "avenue Jean-Jaurès", "rue des Lilas", "boulevard Voltaire", "quai de la Fosse"),
    *("chemin du Moulin", "impasse des Cerisiers", "place Saint-Michel"),
)
MESSAGES: Final = (
    "Bonjour, je souhaiterais visiter ce bien samedi matin. Est-il toujours disponible ?",
    "Bonjour, pouvez-vous me rappeler en fin de journée ? Merci d'avance.",
    "Nous cherchons un trois-pièces lumineux avec balcon, proche des écoles. Ce bien nous plaît beaucoup.",
    "Quel est le montant des charges de copropriété ? Y a-t-il une cave ?",
    "Bonjour, je vends ma maison et j'aimerais une estimation à domicile.",
    "Le prix est-il négociable ? Financement déjà validé par notre banque.",
    "Je suis à la recherche d'un studio meublé à partir du 1er septembre.",
    "Bonjour <madame, monsieur>, *merci* de m'envoyer le dossier & le DPE.",
)


def person(rng: random.Random) -> dict[str, Any]:
    """A ``contactRequest``."""
    woman = rng.random() < 0.5
    given, family = rng.choice(_WOMEN if woman else _MEN), rng.choice(_FAMILIES)
    number = phone(rng)
    return {
        "firstName": given,
        "lastName": family,
        "name": f"{given} {family}",
        "message": rng.choice(MESSAGES) if rng.random() < 0.85 else None,
        "gender": ("FEMALE" if woman else "MALE") if rng.random() < 0.7 else None,
        "language": "fr" if rng.random() < 0.95 else "en",
        "email": email(rng, given, family),
        "phoneNumbers": [
            {"type": "MOBILE" if number[3] in "67" else "LANDLINE", "number": number, "verified": rng.random() < 0.6}
        ]
        if rng.random() < 0.9
        else [],
    }


def phone(rng: random.Random) -> str:
    """A number for fiction, with +33."""
    return f"+33{rng.choice(_PREFIXES)}{rng.randrange(10_000):04d}"


def email(rng: random.Random, given: str, family: str) -> str:
    """An address that reaches nobody."""
    plain = unicodedata.normalize("NFKD", f"{given}.{family}").encode("ascii", "ignore").decode().lower()
    kept = "".join(c for c in plain if c.isalnum() or c in ".-")
    return f"{kept}{rng.randrange(1, 1000)}@example.{rng.choice(('com', 'net', 'org'))}"


def home(rng: random.Random) -> dict[str, Any]:
    """A property as an ad tells of it."""
    town, postcode = rng.choice(TOWNS)
    kind = rng.choice(KINDS)
    lived_in = kind not in ("LAND", "PARKING")
    rooms = rng.randint(1, 6)
    surface = rooms * 19 + rng.randint(0, 14) if lived_in else rng.randint(12, 900)
    return {
        "propertyType": kind,
        "rooms": rooms if lived_in else None,
        "surface": surface,
        "city": town,
        "postalCode": postcode,
        "price": round(surface * rng.randint(2_400, 9_800) if lived_in else surface * 900, -3),
    }


def estimation(rng: random.Random) -> dict[str, Any]:
    """What a seller's home may be worth."""
    of = home(rng)
    value = max(30_000, of["price"])
    return {
        "propertyType": of["propertyType"],
        "rooms": of["rooms"],
        "surface": of["surface"],
        "address": f"{rng.randint(1, 120)} {rng.choice(_STREETS)}",
        "city": of["city"],
        "postalCode": of["postalCode"],
        "price": value,
        "lowPrice": round(value * 0.93, -3),
        "highPrice": round(value * 1.07, -3),
    }
