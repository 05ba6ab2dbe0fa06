"""Owners' names, countries and zones."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Country:
    """Where an owner works, and how mobile numbers look there.

    A number is `prefix` and `digits` digits, from `lowest` on, `numbers` of them.
    """

    code: str
    timezone: str
    language: str
    prefix: str
    digits: int
    lowest: int
    numbers: int
    pool: str  #: most people's names are from this pool of people.py


COUNTRIES = {
    country.code: country
    for country in (
        Country("GR", "Europe/Athens", "el", "+3069", 8, 0, 10**8, "greek"),
        Country("CY", "Asia/Nicosia", "el", "+3579", 7, 6_000_000, 4_000_000, "greek"),
        Country("DE", "Europe/Berlin", "de", "+49151", 8, 10_000_000, 90_000_000, "german"),
        Country("FR", "Europe/Paris", "fr", "+336", 8, 0, 10**8, "french"),
        Country("ES", "Europe/Madrid", "es", "+346", 8, 0, 10**8, "spanish"),
        Country("IT", "Europe/Rome", "it", "+3934", 8, 0, 10**8, "italian"),
        Country("GB", "Europe/London", "en", "+4474", 8, 0, 10**8, "english"),
        Country("US", "America/New_York", "en", "+1646", 7, 2_000_000, 8_000_000, "english"),
        Country("BG", "Europe/Sofia", "bg", "+35988", 7, 0, 10**7, "cyrillic"),
    )
}


def number_ranges() -> Iterator[tuple[int, str, int, int, int]]:
    """Where each country's mobile numbers lie, by a number of its own from 0 on."""
    for slot, country in enumerate(COUNTRIES.values()):
        yield slot, country.prefix, country.digits, country.lowest, country.numbers


# The first ones by hand: these are what a visitor of the demo sees first.
_FIRST = (
    ("Καφεκοπτεία Λουμίδη & Υιοί", "LOUMIDIS", "GR"),
    ("Αττική Οπτικά ΑΕ", "ATTIKI OPT", "GR"),
    ("Bäckerei Grünwald GmbH", "GRUENWALD", "DE"),
    ("Φαρμακείο «Η Υγεία»", "YGEIA", "GR"),
    ("Maison Delacroix", "DELACROIX", "FR"),
    ("Limassol Marina Fitness", "LIMFIT", "CY"),
    ("Κτηνιατρείο Ο Μπόμπος", "BOBOS VET", "GR"),
    ("Harrow & Daughters Books", "HARROWBOOKS", "GB"),
    ("Peluquería Señorita Muñoz", "SRTA MUNOZ", "ES"),
    ('Brooklyn Bagel "Bros" <b>& Co.</b>', "BAGELBROS", "US"),
    ("Trattoria dell'Angolo", "ANGOLO", "IT"),
)
_NEWEST = ("Βιβλιοπωλείο Άρτεμις", "ARTEMIS", "GR")

_SPREAD = ("GR",) * 11 + ("CY", "CY", "DE", "DE", "FR", "ES", "GB", "US", "IT", "BG")
_KINDS = {
    "el": (
        "Φούρνος",
        "Κομμωτήριο",
        "Φαρμακείο",
        "Ανθοπωλείο",
        "Οδοντιατρείο",
        "Γυμναστήριο",
        "Οπτικά",
        "Βιβλιοπωλείο",
    ),
    "en": (
        "{} Dental Care",
        "{} Garden Centre",
        "{} & Partners",
        "The {} Gym",
        "{} Pet Supplies",
        "{} Shoes",
    ),
    "de": ("Apotheke {}", "Autohaus {} GmbH", "Blumen {}", "Optik {} KG", "Fahrräder {}", "Bäckerei {}"),
    "fr": ("Pharmacie {}", "Boulangerie {}", "Fleurs {}", "Optique {}", "Garage {}", "Chez {}"),
    "es": ("Farmacia {}", "Panadería {}", "Clínica {}", "Gimnasio {}", "Zapatería {}", "Hermanos {}"),
    "it": ("Farmacia {}", "Panificio {}", "Ottica {}", "Palestra {}", "Pasticceria {}", "Fratelli {}"),
    "bg": ("Аптека {}", "Фитнес {}", "Книжарница {}", "Сладкарница {}", "Оптика {}"),
}
_PROPER = {
    "el": (
        "Αθηνά",
        "Ερμής",
        "Ολυμπία",
        "Δελφοί",
        "Ιωνία",
        "Πήγασος",
        "Κύκνος",
        "Αίγλη",
        "Ρόδον",
        "Φοίνικας",
        "Ναυσικά",
        "Ηλέκτρα",
    ),
    "en": (
        "Ashford",
        "Hudson",
        "Pemberton",
        "Riverside",
        "Oakley",
        "Sterling",
        "Whitby",
        "Greenwich",
        "Madison",
        "Kingsway",
    ),
    "de": ("Schäfer", "Löwen", "Grünau", "Königs", "Weiß", "Sonnen", "Bergmann", "Müller", "Hansa"),
    "fr": ("Lefèvre", "du Marché", "Saint-Éloi", "de la Gare", "Béranger", "des Lilas", "Moreau", "Château"),
    "es": ("Ibáñez", "del Sol", "La Niña", "Peñalver", "Núñez", "Alcázar", "San Martín", "Acuña"),
    "it": ("Rinaldi", "del Corso", "San Marco", "Bellini", "De Luca", "Città Alta", "Moretti"),
    "bg": ("Здраве", "Изгрев", "Родопи", "Надежда", "Балкан", "Витоша"),
}


@dataclass(frozen=True)
class Company:
    name: str
    sender_name: str
    country: Country


def companies(count: int, random: Random) -> list[Company]:
    """As many companies, no two of one name; the last one is new to the platform."""
    chosen = [Company(name, sender, COUNTRIES[code]) for name, sender, code in _FIRST[: count - 1]]
    names = {company.name for company in chosen}
    while len(chosen) < count - 1:
        country = COUNTRIES[random.choice(_SPREAD)]
        name = _company_name(country.language, random)
        if name in names:
            name = f"{name} {len(chosen)}"
        names.add(name)
        chosen.append(Company(name, f"SHOP{len(chosen):04d}", country))
    return [*chosen, Company(_NEWEST[0], _NEWEST[1], COUNTRIES[_NEWEST[2]])]


def _company_name(language: str, random: Random) -> str:
    kind, proper = random.choice(_KINDS[language]), random.choice(_PROPER[language])
    return kind.format(proper) if "{}" in kind else f"{kind} {proper}"
