"""What is done with a chunk of rows of each of the platform's tables."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5
from zoneinfo import available_timezones

from dashboard.campaigns.models import CampaignStatus, MessageStatus
from dashboard.contacts.models import Gender
from dashboard.contacts.suppression import phone_hash
from dashboard.platform_import import tables
from dashboard.platform_import.numbers import country_of_zone, e164, majority_country
from dashboard.platform_import.source import Source
from dashboard.platform_import.staging import ALPHABETS, copy_rows, execute, script
from dashboard.platform_import.tables import Table
from dashboard.wallets.models import EntryType

#: Whose message ids the platform's are.
PROVIDER = "platform"
_KEYS = UUID("6f1c5f0e-52c1-5d0a-9a70-3f6d4a1d2c11")  # names the platform's transactions among all UUIDs


@dataclass(frozen=True)
class Context:
    """What a step needs beside the chunk's rows."""

    source: Source
    country: str  #: of owners whose country nothing tells


@dataclass(frozen=True)
class Step:
    """How the rows of one table become ours."""

    name: str
    table: Table
    apply: Callable[[Context], None]
    by_owner: bool = False  #: whether the rows of an owner must stay together
    prefix: str = ""  #: columns that `prepare` puts before the row's own
    prepare: Callable[[Iterable[bytes]], Iterable[bytes]] = iter


def _owners(context: Context) -> None:
    execute("CREATE TEMP TABLE place (id bigint, timezone text, country text) ON COMMIT DROP")
    users = execute("SELECT id, timezone FROM staged").all()
    zones = available_timezones() & {name for (name,) in execute("SELECT name FROM pg_timezone_names")}
    homeless = [row.id for row in users if country_of_zone(row.timezone) is None]
    prefixes: dict[int, list[tuple[str, int]]] = {}
    for owner, prefix, count in context.source.prefixes(homeless):
        prefixes.setdefault(owner, []).append((prefix, count))
    copy_rows(
        "place",
        (
            (
                row.id,
                row.timezone if row.timezone in zones else "UTC",
                country_of_zone(row.timezone)
                or majority_country(prefixes.get(row.id, ()))
                or context.country,
            )
            for row in users
        ),
    )
    script("owners", tables.USER)


def _contacts(_: Context) -> None:
    script("match", tables.CONTACT, kind="contact")
    execute("CREATE TEMP TABLE number (id bigint, e164 text, phone_hash bytea) ON COMMIT DROP")
    rows = execute(
        "SELECT work.id, work.owner_id, staged.phone, owner.country FROM work JOIN staged USING (id)"
        " JOIN owner ON owner.id = work.owner_id WHERE work.outcome IS NULL"
    )
    read = ((row.id, row.owner_id, e164(row.phone, row.country)) for row in rows)
    copy_rows("number", ((key, n, phone_hash(owner, n) if n else None) for key, owner, n in read))
    genders = [str(gender) for gender in Gender]
    script("contacts_changed", tables.CONTACT, genders=genders)
    script("contacts_new", tables.CONTACT, genders=genders)
    script("contacts_consent", tables.CONTACT)
    _suppress_opted_out()
    script("remember", tables.CONTACT, kind="contact")


def _suppress_opted_out() -> None:
    rows = execute("SELECT owner_id, phone, out_at FROM opting_out").all()
    execute("CREATE TEMP TABLE hashed (owner_id bigint, phone_hash bytea, since timestamptz) ON COMMIT DROP")
    copy_rows("hashed", ((row.owner_id, phone_hash(row.owner_id, row.phone), row.out_at) for row in rows))
    execute(
        "INSERT INTO suppression (owner_id, phone_hash, since) SELECT owner_id, phone_hash, since FROM hashed"
        " ORDER BY owner_id, phone_hash ON CONFLICT DO NOTHING"
    )


def _lists(_: Context) -> None:
    script("match", tables.LIST, kind="list")
    script("lists", tables.LIST)
    script("remember", tables.LIST, kind="list")


def _memberships(_: Context) -> None:
    script("match", tables.MEMBERSHIP, kind="membership")
    script("memberships", tables.MEMBERSHIP)
    script("remember", tables.MEMBERSHIP, kind="membership")


def _campaigns(_: Context) -> None:
    script("match", tables.CAMPAIGN, kind="campaign")
    script("campaigns", tables.CAMPAIGN, statuses=[str(status) for status in CampaignStatus])
    script("remember", tables.CAMPAIGN, kind="campaign")


def _messages(_: Context) -> None:
    execute("CREATE TEMP TABLE number (id bigint, e164 text) ON COMMIT DROP")
    unclean = execute(
        'SELECT staged.id, staged."to", owner.country FROM staged'
        ' JOIN platform_owner AS mapped ON mapped.source_id = staged."ownerId"'
        " JOIN owner ON owner.id = mapped.owner_id"
        ' WHERE staged."to" IS NULL OR staged."to" !~ \'^\\+[1-9][0-9]{6,14}$\''
    ).all()
    copy_rows("number", ((row.id, e164(row.to, row.country)) for row in unclean))
    states = [MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.FAILED]
    script("messages", tables.MESSAGE, provider=PROVIDER, states=[str(s) for s in states], **ALPHABETS)
    script("remember", tables.MESSAGE, kind="message")


def _counters(_: Context) -> None:
    script("counters", tables.COUNTERS)


def _ledger(_: Context) -> None:
    script("match", tables.TRANSACTION, kind="transaction")
    script("ledger", tables.TRANSACTION, types=[str(kind) for kind in EntryType])
    script("close", tables.TRANSACTION)
    script("remember", tables.TRANSACTION, kind="transaction")


def _wallets(_: Context) -> None:
    script("match", tables.WALLET, kind="wallet")
    script("wallets", tables.WALLET)
    script("close", tables.WALLET)
    script("remember", tables.WALLET, kind="wallet")


def _keyed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The transactions, each led by its key of idempotency: the same in every run."""
    for line in lines:
        _, source_id, _ = line.split(b"\t", 2)
        yield str(uuid5(_KEYS, source_id.decode())).encode() + b"\t" + line


#: In the order in which they need each other.
STEPS = (
    Step("User", tables.USER, _owners),
    Step("Contact", tables.CONTACT, _contacts),
    Step("List", tables.LIST, _lists),
    Step("ListMembership", tables.MEMBERSHIP, _memberships),
    Step("Campaign", tables.CAMPAIGN, _campaigns),
    Step("CampaignMessage", tables.MESSAGE, _messages),
    Step("Campaign counters", tables.COUNTERS, _counters),
    Step(
        "CreditTransaction", tables.TRANSACTION, _ledger, by_owner=True, prefix="key uuid, ", prepare=_keyed
    ),
    Step("Wallet", tables.WALLET, _wallets),
)
