"""Hold a contact still while it is changed."""

from sqlalchemy import select

from dashboard.contacts.models import Contact
from dashboard.core.db import db
from dashboard.core.errors import SENTENCES, DomainError

ERASED = SENTENCES["contact_erased"][1]


def locked(owner_id: int, contact_id: int, *, wholly: bool = False) -> Contact:
    """The contact as it is now, held until the transaction ends: whoever else changes it waits.

    `wholly` holds off also who refers to it, such as somebody who puts it on a list.

    Raises:
        NoResultFound: no such contact of this owner.
    """
    return db.session.execute(
        select(Contact)
        .where(Contact.owner_id == owner_id, Contact.id == contact_id)
        .with_for_update(key_share=not wholly)
        .execution_options(populate_existing=True)
    ).scalar_one()


def refuse_erased(contact: Contact) -> None:
    """Raises DomainError where the contact was erased."""
    if contact.erased_at is not None:
        raise DomainError(ERASED)
