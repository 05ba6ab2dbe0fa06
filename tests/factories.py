"""Records for tests: each gives what is needed, a test gives what it is about.

They commit, so that the code under test sees them in its own session and cannot roll them back.
Under the fixture `session` that ends a savepoint only.
"""

from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

from dashboard.campaigns.models import Campaign, CampaignMessage
from dashboard.contacts.models import Contact
from dashboard.core.db import db
from dashboard.lists.models import ContactList, ListMembership
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff
from dashboard.staff.passwords import hashed
from dashboard.wallets.models import CreditTransaction, Wallet

_number = count(1)
PASSWORD = "a long enough password"
_HASH = hashed(PASSWORD)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _made(row):
    db.session.add(row)
    db.session.commit()
    return row


def make_owner(**values) -> Owner:
    n = next(_number)
    return _made(Owner(**{"name": f"Owner {n}", "country": "GR", "timezone": "Europe/Athens"} | values))


def make_staff(role: str = "admin", **values) -> Staff:
    n = next(_number)
    given = {
        "email": f"{role}{n}@example.com",
        "name": f"{role.capitalize()} {n}",
        "timezone": "Europe/Athens",
    }
    return _made(Staff(**(given | {"role": role, "password_hash": _HASH} | values)))


def make_contact(owner: Owner | None = None, **values) -> Contact:
    owner = owner or make_owner()
    given = {"owner_id": owner.id, "phone": f"+30690{next(_number):07d}"}
    if values.get("is_subscribed") is False:
        given["unsubscribed_at"] = NOON
    return _made(Contact(**(given | values)))


def make_list(owner: Owner | None = None, *, members: list[Contact] = [], **values) -> ContactList:  # noqa: B006
    owner_id = owner.id if owner else members[0].owner_id if members else make_owner().id
    made = _made(ContactList(**({"owner_id": owner_id, "name": f"List {next(_number)}"} | values)))
    for contact in members:
        _made(ListMembership(owner_id=owner_id, list_id=made.id, contact_id=contact.id))
    return made


def make_campaign(owner: Owner | None = None, **values) -> Campaign:
    owner_id = values.pop("owner_id", None) or (owner or make_owner()).id
    given = {"name": f"Campaign {next(_number)}", "status": "completed", "started_at": NOON}
    return _made(Campaign(**(given | {"owner_id": owner_id} | values)))


def make_message(campaign: Campaign, contact: Contact | None = None, status: str = "delivered", **values):
    """A message in `status`, with the times that the status needs."""
    if contact is None:
        contact = _made(Contact(owner_id=campaign.owner_id, phone=f"+30691{next(_number):07d}"))
    times = {
        "queued": {},
        "sent": {"sent_at": NOON},
        "delivered": {"sent_at": NOON, "delivered_at": NOON},
        "failed": {"sent_at": NOON, "failed_at": NOON},
    }[status]
    given = {
        "owner_id": campaign.owner_id,
        "campaign_id": campaign.id,
        "contact_id": contact.id,
        "phone": contact.phone,
        "text": "Hello",
        "status": status,
    }
    return _made(CampaignMessage(**(given | times | values)))


def make_wallet(owner: Owner | None = None, *, balance_credits: int = 0, **values) -> Wallet:
    """A wallet whose balance came in by one purchase."""
    owner = owner or make_owner()
    entries = 1 if balance_credits else 0
    given = {"owner_id": owner.id, "balance_credits": balance_credits, "last_entry_no": entries}
    wallet = Wallet(**(given | values))
    db.session.add(wallet)
    db.session.flush()
    if entries:
        # In the same transaction: no balance stands without its entry.
        db.session.add(
            CreditTransaction(
                owner_id=owner.id,
                wallet_id=wallet.id,
                entry_no=1,
                type="credit",
                amount_credits=balance_credits,
                balance_after_credits=balance_credits,
                reason_code="purchase",
                idempotency_key=uuid4(),
            )
        )
    return _made(wallet)
