"""Invented students and halls for the stand-in. E-mail addresses are at RFC 2606's example.com."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Student:
    """Where students come from, and what they are called there."""

    country: str
    """ISO 3166, three letters, as the sample has it."""
    city: str
    state: str
    postcode: str
    street: str
    given: tuple[str, ...]


STUDENTS: Final = (
    Student("CHN", "Chengdu", "Sichuan", "610000", "Renmin South Road", ("Wei", "Yuxin", "Haoran", "Zihan", "Mengyao")),
    Student("IND", "Pune", "Maharashtra", "411001", "MG Road", ("Ananya", "Rohan", "Ishaan", "Kavya", "Aditi")),
    Student("USA", "Columbus", "Ohio", "43085", "Maple Avenue", ("Madison", "Tyler", "Jordan", "Chloe")),
    Student("FRA", "Nantes", "Pays de la Loire", "44000", "rue de Strasbourg", ("Zoé", "Théo", "Anaïs", "Éloi")),
    Student("NGA", "Ibadan", "Oyo", "200001", "Ring Road", ("Chidinma", "Tunde", "Folake", "Emeka")),
    Student("KOR", "Busan", "", "48058", "Haeundae-ro", ("Ji-woo", "Min-jun", "Seo-yeon")),
    Student("BRA", "Curitiba", "Paraná", "80010-000", "Rua XV de Novembro", ("João", "Larissa", "Íris")),
    Student("TUR", "İzmir", "", "35210", "Cumhuriyet Bulvarı", ("Elif", "Çağlar", "Zeynep")),
)
FAMILIES: Final = {
    "CHN": ("Zhang", "Li", "Wang", "Ouyang", "Chen"),
    "IND": ("Deshpande", "Patel", "Iyer", "D'Souza"),
    "USA": ("Miller", "O'Brien", "Jackson"),
    "FRA": ("Lefèvre", "Dubois", "Le Goff"),
    "NGA": ("Okafor", "Adeyemi", "Balogun"),
    "KOR": ("Kim", "Park", "Choi"),
    "BRA": ("Gonçalves", "Araújo", "dos Santos"),
    "TUR": ("Yılmaz", "Öztürk", "Şahin"),
}
CITIES: Final = (
    ("Sheffield", (("Steelworks", "House"), ("Kelham", "Yard"), ("Ecclesall", "Court"))),
    ("Leeds", (("Asquith", "Place"), ("Burley", "Mills"))),
    ("Manchester", (("Oxford Road", "Central"), ("Canal Street", "Lofts"), ("Piccadilly", "Point"))),
    ("Nottingham", (("Lace Market", "Studios"), ("Trent", "House"))),
    ("Glasgow", (("Kelvin", "Halls"), ("Merchant City", "Residence"))),
    ("Bristol", (("Harbourside", "Rooms"), ("Clifton", "Heights"))),
    ("Birmingham", (("Selly Oak", "Village"),)),
    ("London", (("King's Cross", "Residence"), ("Stratford", "One"), ("Camden", "Works"))),
)
MAJORS: Final = (
    *("Computer Science", "Law", "Mechanical Engineering", "Fine Art", "Accounting and Finance", "Nursing"),
    *("Architecture", "Data Science", "English Literature", "International Relations"),
)
PREFERENCES: Final = (
    *("", "", "", "Nothing else"),
    "A quiet floor, please",
    "Is there a desk & <wifi> in the room?",
    "I arrive late in the evening, can somebody let me in?",
    "Would like to live near my friend, who booked the same building",
)
REASONS: Final = (
    "No longer looking for accommodation",
    "Found another place",
    "Visa was refused",
    "Did not answer in time",
    "Too expensive",
)
