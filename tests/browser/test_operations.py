"""Somebody changes many contacts at once, looks on while it is done, and takes it back."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from dashboard.core.db import db
from dashboard.jobs.models import Job, JobStatus
from dashboard.operations.models import Operation
from dashboard.operations.steps import commands as steps
from dashboard.tags import queries as tags
from tests.browser.hand import sign_in_at
from tests.browser.test_accessibility import problems_in_every_look
from tests.factories import make_contact, make_list, make_owner
from tests.operations.doing import done, members, subscribed, ticked


@pytest.fixture
def people(committed):
    owner = make_owner(name="Café Aurora")
    return [make_contact(owner, first_name=name) for name in ("Ada", "Grace", "Alan")]


def preview_of(people, kind: str, **values) -> str:
    ids = "&".join(f"ids={one.id}" for one in people)
    more = "".join(f"&{name}={value}" for name, value in values.items())
    return f"/owners/{people[0].owner_id}/operations/new?kind={kind}&{ids}{more}"


def test_many_are_put_on_a_list_while_one_looks_on_and_off_it_again(page: Page, sign_in, work_off, people):
    wanted = make_list(members=people[:1], name="VIP")
    sign_in("support")
    page.goto(preview_of(people, "list_add"))
    expect(page.locator("#confirm")).to_have_count(0)
    page.get_by_label("List", exact=True).select_option("VIP")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#would-change")).to_have_text("2")
    expect(page.get_by_text("On it already")).to_be_visible()
    assert problems_in_every_look(page) == []
    page.get_by_role("button", name="Put 2 contacts on the list").click()
    expect(page.get_by_role("heading", name="Operation")).to_be_visible()
    expect(page.locator("#operation")).to_contain_text("It waits for a worker")
    work_off()
    expect(page.locator("#operation")).to_contain_text("Finished")
    expect(page.locator("#operation")).not_to_have_attribute("hx-trigger", "every 1s")
    assert problems_in_every_look(page) == []
    assert len(members(wanted.id)) == 3
    page.get_by_role("button", name="Undo it").click()
    expect(page.get_by_role("heading", name="Operation")).to_be_visible()
    expect(page.locator("#operation")).to_contain_text("Undo of operation")
    work_off()
    expect(page.locator("#operation")).to_contain_text("Finished")
    db.session.rollback()
    assert members(wanted.id) == {people[0].id}


def test_the_bar_grows_while_it_is_done(page: Page, sign_in, people, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 1)
    sign_in("support")
    page.goto(preview_of(people, "unsubscribe"))
    page.get_by_label("Reason").fill("The shop asked")
    page.get_by_role("button", name="Unsubscribe 3 contacts").click()
    expect(page.locator("#operation")).to_contain_text("It waits for a worker")
    owner_id, number = db.session.execute(select(Operation.owner_id, Operation.id)).one()
    db.session.execute(Job.__table__.update().values(status=str(JobStatus.DOING)))
    db.session.commit()
    steps.gather(owner_id, number)
    for n in (1, 2):
        steps.change_next(owner_id, number)
        expect(page.locator("#operation")).to_contain_text(f"{n} of 3 contacts")
    assert problems_in_every_look(page) == []
    while steps.change_next(owner_id, number) is not None:
        pass
    expect(page.locator("#operation")).to_contain_text("Finished")
    assert subscribed(owner_id) == set()


def test_it_works_without_scripts(open_page, people):
    page = open_page(java_script_enabled=False)
    sign_in_at(page, "support")
    page.goto(preview_of(people, "tag"))
    page.get_by_label("Tag", exact=True).fill("Late payer")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Tag 3 contacts").click()
    expect(page.get_by_role("heading", name="Operation")).to_be_visible()
    expect(page.get_by_role("link", name="Reload")).to_be_visible()
    assert tags.find(people[0].owner_id, "late payer")


def test_a_contact_is_tagged_and_the_tag_taken_off(page: Page, sign_in, people):
    one = people[0]
    done(one.owner_id, "tag", ticked(people[1]), tag_name="VIP")
    sign_in("support")
    page.goto(f"/owners/{one.owner_id}/contacts/{one.id}")
    page.get_by_label("Add a tag").fill("vip")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The contact has the tag “VIP”.")
    chips = page.get_by_role("list", name="Tags").get_by_role("listitem")
    expect(chips).to_have_count(1)
    expect(page.get_by_role("list", name="Timeline")).to_contain_text("Tagged VIP")
    page.get_by_role("button", name="Take the tag VIP off").click()
    expect(chips).to_have_count(0)
    expect(page.get_by_text("No tags.")).to_be_visible()
