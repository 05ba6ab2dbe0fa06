"""What is read of the platform's tables: names and types as they are there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column, or a value computed from several tables where `sql` says how.

    `type` is ours, in the table where rows wait; times without zone are read as UTC.
    """

    name: str
    type: str
    needed: bool = False  #: without it the rows mean nothing
    usual: bool = True  #: whether its absence is worth a word
    sql: str = ""  #: of the source; `r` is the row
    tables: tuple[str, ...] = ()  #: other tables that `sql` reads
    counts: bool = True  #: whether a change of it is a change of the row


@dataclass(frozen=True)
class Table:
    """One of the platform's tables. The first column is the key by which it is read."""

    name: str
    columns: tuple[Column, ...]
    #: SQL of the row's owner, to read chosen owners alone.
    owner: str = 'r."ownerId"'
    order: str = "r.id"

    @property
    def key(self) -> str:
        return self.columns[0].name


def _id(name: str = "id") -> Column:
    return Column(name, "bigint", needed=True)


def _time(name: str) -> Column:
    return Column(name, "timestamptz")


def _text(name: str, *, needed: bool = False) -> Column:
    return Column(name, "text", needed)


def _count(name: str, *, needed: bool = False) -> Column:
    return Column(name, "bigint", needed)


_LIST_OWNER = '(SELECT l."ownerId" FROM "List" AS l WHERE l.id = r."listId")'

# "passwordHash" is not among them: it is never read.
USER = Table(
    "User",
    (_id(), _text("email"), _time("createdAt"), _text("senderName"), _text("company"), _text("timezone")),
    owner="r.id",
)
CONTACT = Table(
    "Contact",
    (
        _id(), _id("ownerId"), _text("phone", needed=True), _text("email"), _text("firstName"),
        _text("lastName"), _text("gender"), _time("birthday"), _time("createdAt"), _time("updatedAt"),
        Column("isSubscribed", "boolean", needed=True), _time("unsubscribedAt"),
    ),
)  # fmt: skip
LIST = Table(
    "List",
    (
        _id(), _id("ownerId"), _text("name", needed=True), _text("description"),
        _time("createdAt"), _time("updatedAt"),
    ),
)  # fmt: skip
MEMBERSHIP = Table(
    "ListMembership",
    (
        _id(), _id("listId"), _id("contactId"), _time("createdAt"),
        Column("ownerId", "bigint", sql=_LIST_OWNER, tables=("List",)),
        Column(
            "contactOwnerId",
            "bigint",
            sql='(SELECT c."ownerId" FROM "Contact" AS c WHERE c.id = r."contactId")',
            counts=False,
        ),
    ),
    owner=_LIST_OWNER,
)  # fmt: skip
CAMPAIGN = Table(
    "Campaign",
    (
        _id(), _id("ownerId"), _text("name", needed=True), _count("templateId"), _text("messageText"),
        _count("listId"), _text("status", needed=True), _time("scheduledAt"), _time("startedAt"),
        _time("finishedAt"), _time("createdAt"), _time("updatedAt"),
        Column(
            "templateText",
            "text",
            sql='(SELECT t.text FROM "MessageTemplate" AS t WHERE t.id = r."templateId")',
            tables=("MessageTemplate",),
        ),
        Column("listOwnerId", "bigint", sql=_LIST_OWNER, tables=("List",), counts=False),
        Column(
            "senderName",
            "text",
            sql='(SELECT u."senderName" FROM "User" AS u WHERE u.id = r."ownerId")',
            counts=False,
        ),
    ),
)  # fmt: skip
MESSAGE = Table(
    "CampaignMessage",
    (
        _id(), _id("ownerId"), _id("campaignId"), _id("contactId"), _text("to"), _text("text"),
        _text("trackingId"), _text("status", needed=True), _text("providerMessageId"), _text("error"),
        _time("createdAt"), _time("sentAt"), _time("failedAt"),
        Column("deliveredAt", "timestamptz", usual=False),  # older platforms alone
    ),
)  # fmt: skip
COUNTERS = Table(
    "Campaign",
    (
        _id(), _id("ownerId"), _text("status", needed=True),
        _count("total", needed=True), _count("sent", needed=True), _count("failed", needed=True),
    ),
)  # fmt: skip
TRANSACTION = Table(
    "CreditTransaction",
    (
        _id("ownerId"), _id(), _text("type", needed=True), _count("amount", needed=True),
        _count("balanceAfter"), _text("reason"),
        _count("campaignId"), _count("messageId"), Column("meta", "text"),
        _time("createdAt"), _count("walletId"),
        Column(
            "walletOwnerId",
            "bigint",
            sql='(SELECT w."ownerId" FROM "Wallet" AS w WHERE w.id = r."walletId")',
            tables=("Wallet",),
            counts=False,
        ),
        # What the owner saw. One wallet per owner.
        Column(
            "walletBalance",
            "bigint",
            sql='(SELECT w.balance FROM "Wallet" AS w WHERE w."ownerId" = r."ownerId")',
            tables=("Wallet",),
            counts=False,
        ),
        Column(
            "ownWalletId",
            "bigint",
            sql='(SELECT w.id FROM "Wallet" AS w WHERE w."ownerId" = r."ownerId")',
            tables=("Wallet",),
            counts=False,
        ),
    ),
    order='r."ownerId", r."createdAt", r.id',
)  # fmt: skip
WALLET = Table(
    "Wallet",
    (
        _id(), _id("ownerId"), _count("balance", needed=True), _time("updatedAt"),
        Column(
            "hasTransactions",
            "boolean",
            sql='(r."ownerId" IN (SELECT t."ownerId" FROM "CreditTransaction" AS t))',
            tables=("CreditTransaction",),
            counts=False,
        ),
    ),
)  # fmt: skip
#: Without these nothing can be read.
NEEDED = (USER, CONTACT)
