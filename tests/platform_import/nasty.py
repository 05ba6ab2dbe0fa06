"""A platform on which every rule is broken at least once."""

from tests.platform_import.conftest import Platform


def fill(platform: Platform) -> None:
    one = platform.user(company="Άλφα Α.Ε.", senderName="ALPHA")
    two = platform.user(company=None, senderName=None, timezone="Mars/Olympus")
    anna = platform.contact(one, "+306984303406", firstName="Anna", gender="female", birthday="1990-05-01")
    again = platform.contact(one, "698 430 3406", isSubscribed=False, unsubscribedAt="2025-05-01")
    platform.contact(one, "no number at all")
    gone = platform.contact(one, "+306900000001", isSubscribed=False)
    half = platform.contact(one, "+306900000002", unsubscribedAt="2025-04-01")
    other = platform.contact(two, "+306984303406")
    vip, theirs = platform.add("List", ownerId=one, name="VIP"), platform.add("List", ownerId=two, name="VIP")
    platform.add("List", ownerId=one, name=" ")
    for member in (anna, again, gone, half, 3):
        platform.add("ListMembership", listId=vip, contactId=member)
    platform.add("ListMembership", listId=theirs, contactId=anna)
    platform.add("ListMembership", listId=theirs, contactId=other)
    sale = platform.campaign(one, listId=theirs, total=9, sent=9)
    platform.message(one, sale, anna, providerMessageId="m1")
    platform.message(one, sale, again, providerMessageId="m1", to="698 430 3406")
    platform.message(one, sale, gone, status="failed", error="EC_1", sentAt=None)
    platform.message(one, sale, half, sentAt=None)
    platform.message(one, sale, 3)
    platform.add("Wallet", ownerId=one, balance=70)
    for number, (kind, amount, after) in enumerate(
        [("debit", 40, -40), ("credit", 100, 60), ("debit", 10, 55), ("credit", -5, 50)]
    ):
        platform.add(
            "CreditTransaction", ownerId=one, type=kind, amount=amount, balanceAfter=after,
            createdAt=f"2025-04-0{number + 1}", walletId=None if number else 1, campaignId=sale,
        )  # fmt: skip
    platform.add("CreditTransaction", ownerId=two, type="credit", amount=5, balanceAfter=5)
