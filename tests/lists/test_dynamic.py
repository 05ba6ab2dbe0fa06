"""Dynamic lists: whoever matches is on them, nobody is put on them, and what a campaign's was stays."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from dashboard.audiences import queries as audiences
from dashboard.audiences.audience import Audience
from dashboard.audit.models import AuditEvent
from dashboard.campaigns.models import Campaign
from dashboard.contacts.subscriptions.commands import stop_contact
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.lists.commands import add_member, create_list, edit_list, remove_member
from dashboard.lists.models import ContactList, ListMembership
from dashboard.owners.models import Owner
from dashboard.tags.models import Tag
from dashboard.wallets.runway import queries as runway
from tests.factories import (
    NOON,
    make_campaign,
    make_contact,
    make_list,
    make_message,
    make_owner,
    make_staff,
    make_wallet,
)

SUBSCRIBED = Audience(is_subscribed=True)


@pytest.fixture
def people(session):
    """Two subscribed contacts and one that is not, of one owner."""
    owner = make_owner()
    return [make_contact(owner), make_contact(owner), make_contact(owner, is_subscribed=False)]


def dynamic(owner_id: int, definition: Audience = SUBSCRIBED, name: str = "Dynamic") -> int:
    return create_list(owner_id, name, None, definition=definition, actor_id=make_staff().id)


def on(owner_id: int, list_id: int) -> set[int]:
    return set(db.session.scalars(audiences.contact_ids(owner_id, Audience(list_id=list_id))))


def refused_by_the_database(statement) -> str:
    """The name of the rule that the database refuses the statement by."""
    savepoint = db.session.begin_nested()
    with pytest.raises(IntegrityError) as refusal:
        db.session.execute(statement)
    savepoint.rollback()
    return refusal.value.orig.diag.constraint_name


def test_whoever_matches_now_is_on_it(people):
    first, second, _ = people
    list_id = dynamic(first.owner_id)
    assert on(first.owner_id, list_id) == {first.id, second.id}
    stop_contact(first.owner_id, first.id, reason="Out", actor_id=None)
    assert on(first.owner_id, list_id) == {second.id}


def test_it_can_narrow_a_list_of_members(people):
    first, _, third = people
    base = make_list(members=[first, third])
    list_id = dynamic(first.owner_id, Audience(list_id=base.id, is_subscribed=True))
    assert on(first.owner_id, list_id) == {first.id}


def test_nobody_is_put_on_it_or_taken_off(people):
    first, *_ = people
    owner_id, contact_id, phone = first.owner_id, first.id, first.phone
    list_id, person = dynamic(owner_id), make_staff()
    with pytest.raises(DomainError, match="That list is dynamic: its filters decide who is on it"):
        add_member(owner_id, list_id, phone, actor_id=person.id)
    with pytest.raises(DomainError, match="That list is dynamic"):
        remove_member(owner_id, list_id, contact_id, actor_id=person.id)
    member = insert(ListMembership).values(owner_id=owner_id, list_id=list_id, contact_id=contact_id)
    assert refused_by_the_database(member) == "members_of_dynamic_list"
    static = make_list(members=[db.session.merge(first)])
    moved = update(ListMembership).where(ListMembership.list_id == static.id).values(list_id=list_id)
    assert refused_by_the_database(moved) == "members_of_dynamic_list"


def test_it_asks_for_no_other_dynamic_list_and_for_none_of_another_owner(people):
    owner_id = people[0].owner_id
    other, elsewhere = dynamic(owner_id), make_list().id
    for number in (other, elsewhere, 987_654):
        with pytest.raises(DomainError, match="Choose a list of members"):
            dynamic(owner_id, Audience(list_id=number), name="Another")
    with pytest.raises(DomainError, match="Choose a list of members"):
        edit_list(
            owner_id, other, "Dynamic", None, definition=Audience(list_id=other), actor_id=make_staff().id
        )


def test_a_list_stays_of_its_kind(people):
    owner_id = people[0].owner_id
    static, other = make_list(members=people[:1]).id, dynamic(owner_id)
    for number, definition in ((static, SUBSCRIBED.as_json()), (other, None)):
        change = update(ContactList).where(ContactList.id == number).values(definition=definition)
        assert refused_by_the_database(change) == "list_kind"
    assert refused_by_the_database(
        text("UPDATE contact_list SET definition = '[]' WHERE definition IS NOT NULL")
    )


def test_each_edit_of_what_it_asks_for_is_written_down(people):
    owner_id = people[0].owner_id
    list_id, person = dynamic(owner_id), make_staff()
    edit_list(owner_id, list_id, "Dynamic", None, definition=Audience(gender="female"), actor_id=person.id)
    edit_list(owner_id, list_id, "Dynamic", None, definition=Audience(gender="female"), actor_id=person.id)
    edits = db.session.execute(
        select(AuditEvent.before, AuditEvent.after).where(AuditEvent.action == "list.edit")
    ).all()
    assert [tuple(one) for one in edits] == [
        ({"definition": {"is_subscribed": True}}, {"definition": {"gender": "female"}})
    ]


def start(campaign: Campaign) -> None:
    db.session.execute(
        update(Campaign).where(Campaign.id == campaign.id).values(started_at=NOON, status="completed")
    )
    db.session.commit()


def audience_of(campaign: Campaign) -> dict | None:
    return db.session.scalar(select(Campaign.audience).where(Campaign.id == campaign.id))


def test_what_a_campaigns_audience_was_stays_when_the_list_changes(client, sign_in, people):
    owner_id = people[0].owner_id
    list_id = dynamic(owner_id, name="VIP")
    campaign = make_campaign(owner_id=owner_id, list_id=list_id, status="scheduled", started_at=None)
    assert audience_of(campaign) is None
    start(campaign)
    edit_list(
        owner_id, list_id, "Renamed", None, definition=Audience(gender="male"), actor_id=make_staff().id
    )
    kept = audience_of(campaign)
    assert (kept["name"], kept["definition"]) == ("VIP", {"is_subscribed": True})
    change = update(Campaign).where(Campaign.id == campaign.id).values(audience={})
    assert refused_by_the_database(change) == "audience_once"
    sign_in("support")
    page = client.get(f"/owners/{owner_id}/campaigns/{campaign.id}").text
    assert "List VIP, dynamic: subscribed; as it was on" in page


def test_the_names_that_a_campaigns_audience_had_stay_when_list_and_tag_are_renamed(client, sign_in, people):
    owner_id = people[0].owner_id
    base, tag = make_list(members=people, name="Regulars"), Tag(owner_id=owner_id, name="gold")
    db.session.add(tag)
    db.session.flush()
    list_id = dynamic(owner_id, Audience(list_id=base.id, tag_id=tag.id), name="VIP")
    campaign = make_campaign(owner_id=owner_id, list_id=list_id, status="scheduled", started_at=None)
    start(campaign)
    for renamed in (db.session.merge(base), db.session.merge(tag)):
        renamed.name = "Renamed"
    db.session.commit()
    assert audience_of(campaign)["names"] == {"list": "Regulars", "tag": "gold"}
    sign_in("support")
    page = client.get(f"/owners/{owner_id}/campaigns/{campaign.id}").text
    assert "List VIP, dynamic: members of Regulars, tagged gold; as it was on" in page


def test_a_static_lists_name_is_kept_too_and_no_list_is_none(people):
    owner_id = people[0].owner_id
    static = make_list(members=people[:1], name="Members")
    campaign = make_campaign(owner_id=owner_id, list_id=static.id, status="draft", started_at=None)
    without = make_campaign(owner_id=owner_id, status="draft", started_at=None)
    start(campaign)
    start(without)
    assert audience_of(campaign)["name"] == "Members"
    assert "definition" not in audience_of(campaign)
    assert audience_of(without) is None


def test_a_scheduled_campaign_costs_as_many_as_match_and_are_subscribed(people):
    owner_id = people[0].owner_id
    make_wallet(db.session.get_one(Owner, owner_id), balance_credits=1)
    list_id = dynamic(owner_id, Audience())
    make_campaign(
        owner_id=owner_id, list_id=list_id, status="scheduled", started_at=None, scheduled_at=NOON,
        message_text="Hello",
    )  # fmt: skip
    found = runway.of(owner_id)
    assert (found.needed_credits, found.left_credits) == (2, 1 - 2)
    assert [one.owner_id for one in runway.soonest_short()] == [owner_id]


class TestWhyNot:
    def said(self, client, contact, campaign) -> str:
        address = f"/owners/{contact.owner_id}/contacts/{contact.id}/why-not?campaign={campaign.id}"
        return client.get(address).text

    def test_as_things_stand_it_is_told_by_the_lists_filters(self, client, sign_in, people):
        first, _, third = people
        list_id = dynamic(first.owner_id)
        to_come = make_campaign(owner_id=first.owner_id, list_id=list_id, status="scheduled", started_at=None)
        sign_in("support")
        assert "They match the dynamic list “Dynamic” (subscribed)." in self.said(client, first, to_come)
        assert "They do not match the dynamic list “Dynamic” (subscribed)." in self.said(
            client, third, to_come
        )

    def test_of_a_past_one_only_what_was_written_down_is_known(self, client, sign_in, people):
        first, second, third = people
        db.session.execute(text("UPDATE contact SET created_at = '2020-01-01'"))
        list_id = dynamic(first.owner_id)
        campaign = make_campaign(owner_id=first.owner_id, list_id=list_id)
        make_message(campaign, first)
        sign_in("support")
        assert "They matched the dynamic list" in self.said(client, first, campaign)
        assert "Whether they did when the campaign started was not written down." in self.said(
            client, second, campaign
        )
        assert "and the campaign wrote down nothing of them." in self.said(client, third, campaign)

    def test_who_was_added_later_was_not_in_it(self, client, sign_in, people):
        first, *_ = people
        campaign = make_campaign(owner_id=first.owner_id, list_id=dynamic(first.owner_id))
        db.session.execute(text("UPDATE contact SET created_at = '2026-11-21'"))
        sign_in("support")
        assert "They were added after the campaign had started" in self.said(client, first, campaign)


class TestPages:
    def test_making_editing_and_looking_at_one(self, client, sign_in, people):
        sign_in("support")
        owner_id = people[0].owner_id
        url = f"/owners/{owner_id}/lists/new"
        refused = client.post(url, data={"name": "Club", "kind": "dynamic", "age_from": "30", "age_to": "18"})
        assert refused.status_code == 422
        assert "This is below the other age. Enter a higher one." in refused.text
        made = client.post(url, data={"name": "Club", "kind": "dynamic", "is_subscribed": "false"})
        page = client.get(made.location).text
        assert "Whoever matches now is on it: unsubscribed." in page
        assert "All\n" in page
        assert '<strong id="matching">1</strong>' in page
        assert "Add a contact by phone number" not in page
        form = client.get(made.location + "/edit").text
        assert '<option selected value="false">Unsubscribed</option>' in form
        client.post(made.location + "/edit", data={"name": "Club", "is_subscribed": "true"})
        assert '<strong id="matching">2</strong>' in client.get(made.location).text
        assert "Dynamic" in client.get("/lists").text

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"joined_from": "2026-11-01"}, "Choose the list that they joined."),
            ({"joined_to": "2026-11-01"}, "Choose the list that they joined."),
            (
                {"left_from": "2026-11-01", "is_subscribed": "true"},
                "Who is subscribed has not left.",
            ),
        ],
    )
    def test_what_nobody_can_match_is_refused(self, client, sign_in, people, asked, sentence):
        sign_in("support")
        url = f"/owners/{people[0].owner_id}/lists/new"
        refused = client.post(url, data={"name": "Club", "kind": "dynamic"} | asked)
        assert refused.status_code == 422
        assert sentence in refused.text
        assert client.post(url, data={"name": "Club", "kind": "static"} | asked).status_code == 303

    def test_whom_an_edit_concerns_is_said_before_and_after(self, client, sign_in, people):
        sign_in("support")
        owner_id = people[0].owner_id
        list_id = dynamic(owner_id)
        url = f"/owners/{owner_id}/lists/{list_id}/edit"
        for number in range(6):
            make_campaign(
                owner_id=owner_id, list_id=list_id, name=f"Sale {number}", status="scheduled",
                started_at=None, scheduled_at=NOON + timedelta(days=number),
            )  # fmt: skip
        make_campaign(owner_id=owner_id, list_id=list_id, name="Gone out")
        form = client.get(url).text
        for said in ("Sale 0</a>, ", "20 Nov", "Sale 4</a>", "and more"):
            assert said in form
        for unsaid in ("Sale 5", "Gone out"):
            assert unsaid not in form
        saved = client.post(url, data={"name": "Dynamic", "is_subscribed": "false"})
        assert "The list was saved. 1 contact matches now." in client.get(saved.location).text

    def test_a_filter_whose_choice_is_gone_is_not_lost_by_an_edit(self, client, sign_in, people):
        sign_in("support")
        owner_id = people[0].owner_id
        list_id = dynamic(owner_id, Audience(tag_id=987_654, calling_code="49"))
        url = f"/owners/{owner_id}/lists/{list_id}/edit"
        form = client.get(url).text
        for value in ("987654", "49"):
            assert f'<option selected value="{value}">One that is gone</option>' in form
        saved = client.post(url, data={"name": "Renamed", "tag_id": "987654", "calling_code": "49"})
        assert saved.status_code == 303
        definition = select(ContactList.definition).where(ContactList.id == list_id)
        assert db.session.scalar(definition) == {"tag_id": 987_654, "calling_code": "49"}
        assert client.post(url, data={"name": "Renamed", "tag_id": "5"}).status_code == 422

    def test_filters_of_a_page_become_a_dynamic_list(self, client, sign_in, people):
        sign_in("support")
        made = make_list(members=people, name="Base")
        page = client.get(f"/owners/{made.owner_id}/lists/{made.id}?is_subscribed=true&age_from=18").text
        link = page.split("Make a dynamic list of these")[0].rsplit('href="', 1)[1].split('"')[0]
        form = client.get(link.replace("&amp;", "&")).text
        assert f'<option selected value="{made.id}">Base</option>' in form
        assert '<option selected value="true">Subscribed</option>' in form
        assert 'value="18"' in form
        assert 'checked id="kind-1"' in form or 'id="kind-1" name="kind" type="radio" value="dynamic"' in form

    def test_an_ordinary_list_is_made_as_before(self, client, sign_in, people):
        sign_in("support")
        made = client.post(f"/owners/{people[0].owner_id}/lists/new", data={"name": "Club", "kind": "static"})
        assert "Nobody is on this list yet." in client.get(made.location).text
