"""Every table, imported in one place for the migrations."""

from dashboard.audit import models as audit
from dashboard.campaigns import models as campaigns
from dashboard.contact_imports import models as contact_imports
from dashboard.contacts import models as contacts
from dashboard.contacts.notes import models as contact_notes
from dashboard.exports import models as exports
from dashboard.inbound import models as inbound
from dashboard.jobs import models as jobs
from dashboard.lists import models as lists
from dashboard.operations import models as operations
from dashboard.owners import models as owners
from dashboard.platform_import import models as platform_import
from dashboard.reports import models as reports
from dashboard.staff import models as staff
from dashboard.tags import models as tags
from dashboard.views import models as views
from dashboard.wallets import models as wallets
from dashboard.wallets.adjustments import models as wallet_adjustments
from dashboard.wallets.approvals import models as wallet_approvals
from dashboard.wallets.proofs import models as wallet_proofs

__all__ = [
    "audit",
    "campaigns",
    "contact_imports",
    "contact_notes",
    "contacts",
    "exports",
    "inbound",
    "jobs",
    "lists",
    "operations",
    "owners",
    "platform_import",
    "reports",
    "staff",
    "tags",
    "views",
    "wallet_adjustments",
    "wallet_approvals",
    "wallet_proofs",
    "wallets",
]
