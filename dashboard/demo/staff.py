"""Who signs in to the demo."""

import hashlib
from dataclasses import dataclass

from argon2 import PasswordHasher

from dashboard.staff.models import Role

DEMO_PASSWORD = "signalbox-demo"  # noqa: S105  printed at every start of the demo


@dataclass(frozen=True)
class DemoStaff:
    email: str
    name: str
    role: Role
    timezone: str = "Europe/Athens"

    @property
    def password_hash(self) -> str:
        """argon2id. The salt comes from the address, so that two loads are equal."""
        salt = hashlib.sha256(self.email.encode()).digest()[:16]
        return PasswordHasher().hash(DEMO_PASSWORD, salt=salt)


DEMO_STAFF = (
    DemoStaff("admin@signalbox.example", "Ada Markou", Role.ADMIN),
    DemoStaff("manager@signalbox.example", "Miles Okafor", Role.MANAGER),
    DemoStaff("support@signalbox.example", "Sofia Lindqvist", Role.SUPPORT),
    # Large adjustments need two.
    DemoStaff("second-admin@signalbox.example", "Bruno Silva", Role.ADMIN),
)
