"""The demo's lists: names and sizes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from dashboard.demo.scales import Scale, shares, zipf

if TYPE_CHECKING:
    from dashboard.demo.plan import PlannedOwner

_ALL = {
    "el": "Όλοι οι πελάτες",
    "en": "All customers",
    "de": "Alle Kunden",
    "fr": "Tous les clients",
    "es": "Todos los clientes",
    "it": "Tutti i clienti",
    "bg": "Всички клиенти",
}
_NAMES = {
    "el": (
        "Newsletter",
        "Αθήνα",
        "Θεσσαλονίκη",
        "Νέοι πελάτες",
        "Γενέθλια Μαρτίου",
        "Αγορές 2025",
        "Ανενεργοί",
        "Eshop",
    ),
    "en": ("Newsletter", "New customers", "Birthdays in May", "Online shop", "Inactive", "Members", "Events"),
    "de": (
        "Newsletter",
        "Stammkunden",
        "Neukunden",
        "Geburtstage März",
        "Online-Shop",
        "Inaktive",
        "Gewinnspiel",
    ),
    "fr": ("Newsletter", "Fidélité", "Nouveaux clients", "Boutique en ligne", "Inactifs", "Anniversaires"),
    "es": ("Boletín", "Nuevos clientes", "Tienda online", "Cumpleaños", "Inactivos", "Sorteos"),
    "it": ("Newsletter", "Nuovi clienti", "Negozio online", "Compleanni", "Inattivi", "Fedeltà"),
    "bg": ("Бюлетин", "Нови клиенти", "Онлайн магазин", "Рождени дни", "Неактивни"),
}
_LONG = (
    "Πελάτες που αγόρασαν από το ηλεκτρονικό κατάστημα ή στο ταμείο τους τελευταίους δώδεκα μήνες και δεν"
    " έχουν ανοίξει καμία ενημέρωση (έλεγχος: Β. Παπαδ.)"
)
_MARKUP = '"Φίλοι" & <b>γνωστοί</b>'
_DESCRIPTIONS = (
    None,
    None,
    "From the till",
    "Sign-ups on the website",
    "Imported from the old system",
    "Εγγραφές από φόρμα",
)


@dataclass
class PlannedList:
    id: int
    owner_id: int
    name: str
    description: str | None
    size: int
    created_at: datetime

    @property
    def row(self) -> tuple[object, ...]:
        return (self.id, self.owner_id, self.name, self.description, self.size, self.created_at)


def plan_lists(
    scale: Scale, owners: list[PlannedOwner], now: datetime, random: Random
) -> list[list[PlannedList]]:
    """Each owner's lists. The first holds most contacts; the larger owners have a "VIP"."""
    counts = [*shares(scale.lists, zipf(scale.owners - 1, 0.7), at_least=2), 0]
    planned = [
        [_plan_list(owner, no, now, random) for no in range(count)]
        for owner, count in zip(owners, counts, strict=True)
    ]
    _scale_sizes(scale.memberships, owners, planned)
    by_age = sorted((one for some in planned for one in some), key=lambda one: (one.created_at, one.owner_id))
    for list_id, one in enumerate(by_age, 1):
        one.id = list_id
    return planned


def _plan_list(owner: PlannedOwner, no: int, now: datetime, random: Random) -> PlannedList:
    language = owner.company.country.language
    share = 0.02 * 25 ** random.random()  # from 2 % to 50 %, small ones as often as large ones
    is_empty = random.random() < 0.06
    age = random.random() ** 0.7
    created_at = (
        owner.created_at + timedelta(days=1) + (now - owner.created_at - timedelta(days=2)) * (1 - age)
    )
    if no == 0:
        name, share, is_empty, created_at = _ALL[language], 0.9, False, owner.created_at + timedelta(hours=20)
    elif no == 1:
        name, share, is_empty, created_at = "VIP", 0.08, False, owner.created_at + timedelta(days=9)
    elif owner.id == 1 and no == 2:
        name = _LONG
    elif owner.id == 1 and no == 3:
        name = _MARKUP
    elif owner.id == 1 and no == 4:
        name, is_empty, created_at = f"Χριστούγεννα {now.year}", True, now - timedelta(days=1)
    else:
        names = _NAMES[language]
        round_, place = divmod(no - (5 if owner.id == 1 else 2), len(names))
        name = names[place] + (f" {round_ + 1}" if round_ else "")
    size = 0 if is_empty else max(3, round(owner.contacts * share))
    description = random.choice(_DESCRIPTIONS)
    return PlannedList(0, owner.id, name, description, min(size, owner.contacts), created_at)


def _scale_sizes(memberships: int, owners: list[PlannedOwner], planned: list[list[PlannedList]]) -> None:
    """Grow or shrink the lists other than the first two until all memberships add up."""
    others = [(one, owner.contacts) for owner, some in zip(owners, planned, strict=True) for one in some[2:]]
    others = [(one, room) for one, room in others if one.size]
    rest = memberships - sum(one.size for some in planned for one in some[:2])
    low, high = 0.0, 100.0
    for _ in range(60):
        factor = (low + high) / 2
        is_too_much = sum(min(room, int(one.size * factor)) for one, room in others) > rest
        low, high = (low, factor) if is_too_much else (factor, high)
    for one, room in others:
        one.size = min(room, int(one.size * low))
    missing = rest - sum(one.size for one, _ in others)
    for one, room in others:
        added = min(missing, room - one.size)
        one.size += added
        missing -= added
    if missing:
        raise ValueError(f"{missing} memberships find no list")
