"""Every table, imported in one place for the migrations."""

from dashboard.audit import models as audit
from dashboard.campaigns import models as campaigns
from dashboard.contacts import models as contacts
from dashboard.inbound import models as inbound
from dashboard.lists import models as lists
from dashboard.owners import models as owners
from dashboard.platform_import import models as platform_import
from dashboard.staff import models as staff
from dashboard.wallets import models as wallets

__all__ = [
    "audit",
    "campaigns",
    "contacts",
    "inbound",
    "lists",
    "owners",
    "platform_import",
    "staff",
    "wallets",
]
