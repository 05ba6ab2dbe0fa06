import re

import pytest
from sqlalchemy import select

from dashboard.core.db import db
from dashboard.views.commands import save_view
from dashboard.views.models import SavedView
from tests.factories import make_staff

FAILING_IN_THE_EU = "/campaigns?country=EU&sort=failing"
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{FAILING_IN_THE_EU}"}


def save(client, name="Failing in the EU", address=FAILING_IN_THE_EU, headers=None, **values):
    data = {"view-name": name, "view-address": address} | {f"view-{k}": v for k, v in values.items()}
    return client.post("/views", data=data, headers=headers)


def kept():
    columns = (SavedView.name, SavedView.address, SavedView.is_shared, SavedView.created_by)
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(SavedView.id))]


def view_of(person, name="Theirs", *, is_shared=True):
    return save_view(name, "/lists?q=vip", is_shared=is_shared, actor_id=person.id)


@pytest.mark.parametrize("role", ["support", "manager", "admin"])
def test_everybody_saves_views_for_themselves_and_for_all(client, sign_in, role):
    person = sign_in(role)
    answer = save(client)
    assert (answer.status_code, answer.location) == (303, FAILING_IN_THE_EU)
    page = client.get(answer.location).text
    assert "Saved. Only you may open its link:" in page
    save(client, "For all", is_shared="y")
    assert kept() == [
        ("Failing in the EU", FAILING_IN_THE_EU, False, person.id),
        ("For all", FAILING_IN_THE_EU, True, person.id),
    ]
    link = re.search(r'href="(/v/[^"]+)"', page)[1]
    answer = client.get(link)
    assert (answer.status_code, answer.location) == (303, FAILING_IN_THE_EU)


def test_htmx_saves_the_address_that_the_browser_shows_and_stays(client, sign_in):
    sign_in("manager")
    # The page was loaded before its filters were changed.
    answer = save(client, address="/campaigns", headers=HTMX, is_shared="y")
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == '{"view-saved": {}}'
    assert "Everybody may open its link" in answer.text
    assert 'id="save-form"' in answer.text
    assert "<main" not in answer.text
    assert kept()[0][1] == FAILING_IN_THE_EU


def test_another_host_in_the_address_bar_is_not_believed(client, sign_in):
    sign_in("manager")
    save(client, headers=HTMX | {"HX-Current-URL": "https://evil.example/lists"})
    assert kept()[0][1] == FAILING_IN_THE_EU


def test_the_form_on_a_page_keeps_its_filters_without_the_page_number(client, sign_in):
    sign_in("support")
    page = client.get("/campaigns?sort=failing&after=W10").text
    assert 'name="view-address" type="hidden" value="/campaigns?sort=failing"' in page


def test_pages_that_cannot_be_kept_do_not_offer_it(client, sign_in):
    sign_in("support")
    for path in ("/views", "/owners/987654321", "/no/such/page"):
        assert 'popovertarget="save-view"' not in client.get(path).text
    assert 'popovertarget="save-view"' in client.get("/").text


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("//evil.example", "This page cannot be saved."),
        ("javascript:alert(1)", "This page cannot be saved."),
        ("/no/such/page", "This page cannot be saved."),
        ("/owners/1/wallet/adjustments", "This page cannot be saved."),
        ("/lists?q=\x00", "This page cannot be saved."),
        ("", "This page cannot be saved."),
        ("/lists?q=" + "x" * 5_000, "This page has too long an address."),
        ("/lists?q=" + "€" * 600, "This page has too long an address."),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused_in_words(client, sign_in, address, sentence):
    sign_in("support")
    answer = save(client, address=address)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert kept() == []


def test_a_view_of_an_odd_filter_opens(client, sign_in):
    sign_in("support")
    answer = save(client, address="/lists?q=%00%FF&_external=1&endpoint=x&owner=9999999999999999999999")
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Enter a name."), (" \x00\n ", "Enter a name."), ("x" * 121, "Use at most 120 characters.")],
)
def test_a_name_that_does_not_fit_is_refused_at_its_field(client, sign_in, name, sentence):
    sign_in("support")
    for headers in (None, HTMX):
        answer = save(client, name, headers=headers)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert kept() == []


def test_a_taken_name_is_refused_at_its_field_with_what_was_typed(client, sign_in):
    sign_in("support")
    save(client)
    elsewhere = "/campaigns?sort=failing&country=EU"
    answer = save(client, "  Failing  in the\nEU ", elsewhere)
    assert answer.status_code == 409
    assert "A view of that name is there already. Choose another name." in answer.text
    assert 'value="Failing in the EU"' in answer.text
    assert f'value="{elsewhere}"'.replace("&", "&amp;") in answer.text
    assert len(kept()) == 1


def test_the_second_click_of_a_double_click_is_answered_as_the_first(client, sign_in):
    sign_in("support")
    first, second = save(client), save(client)
    assert (second.status_code, second.location) == (first.status_code, first.location)
    assert len(kept()) == 1


@pytest.mark.parametrize("name", ["\u200d", "\u200b \ufe0f", "\u3164", "\u2800"])
def test_a_name_that_nobody_sees_is_refused(client, sign_in, name):
    sign_in("support")
    answer = save(client, name)
    assert answer.status_code == 422
    assert "Enter a name that can be seen." in answer.text
    assert kept() == []


def test_a_name_of_marks_that_are_taken_away_is_none(client, sign_in):
    sign_in("support")
    answer = save(client, "\u200b")
    assert answer.status_code == 422
    assert "Enter a name." in answer.text
    assert kept() == []


def test_anothers_private_view_is_private_or_gone(client, sign_in):
    token = view_of(make_staff(), is_shared=False)
    sign_in("admin")
    gone = client.get(f"/v/{'x' * 22}")
    private = client.get(f"/v/{token}")
    assert (private.status_code, gone.status_code) == (404, 404)
    assert "This view is private or gone" in private.text
    assert "This view is private or gone" in gone.text
    assert client.get("/v/short").status_code == 404
    assert client.get(f"/v/{'%00' * 22}").status_code == 404


def test_a_shared_view_shows_what_the_readers_role_may_see(client, sign_in):
    token = save_view("Jobs", "/jobs?status=failed", is_shared=True, actor_id=make_staff().id)
    sign_in("support")
    answer = client.get(f"/v/{token}", follow_redirects=True)
    assert answer.status_code == 403
    assert "Your role may not" in answer.text


def test_a_stranger_who_follows_a_link_comes_to_it_after_signing_in(client, session):
    token = view_of(make_staff())
    assert client.get(f"/v/{token}").location == f"/sign-in?next=/v/{token}"


def test_own_views_and_those_for_everybody_stand_apart(client, sign_in):
    other = make_staff(name="Ada Lovelace")
    view_of(other, "Their shared one")
    view_of(other, "Their private one", is_shared=False)
    sign_in("manager")
    save(client, "My private one")
    save(client, "My shared one", is_shared="y")
    # Each name also stands beside its button, for those who hear the page.
    own, shared = client.get("/views").text, client.get("/views?show=shared").text
    assert [n in own for n in ("My private one", "My shared one", "Their")] == [True, True, False]
    assert [n in shared for n in ("My private one", "My shared one", "Their shared one")] == [
        False,
        True,
        True,
    ]
    assert "Their private one" not in shared
    assert "Ada Lovelace" in shared
    assert "/campaigns · country EU · sort failing" in own


def test_many_views_come_in_pages(client, sign_in):
    person = sign_in("manager")
    for n in range(51):
        save_view(f"View {n:02}", "/lists", is_shared=False, actor_id=person.id)
    page = client.get("/views").text
    assert "View 50" in page
    assert "View 00" not in page
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "View 00" in client.get(following).text


def test_a_view_is_renamed_shared_and_deleted(client, sign_in):
    person = sign_in("support")
    token = view_of(person, "Before", is_shared=False)
    assert "Only you, by this link" in client.get(f"/views/{token}").text
    answer = client.post(f"/views/{token}/name", data={"name": "After"})
    assert "The view is called “After” now." in client.get(answer.location).text
    client.post(f"/views/{token}/sharing", data={"is_shared": "y"})
    assert kept() == [("After", "/lists?q=vip", True, person.id)]
    client.post(f"/views/{token}/sharing")
    assert kept() == [("After", "/lists?q=vip", False, person.id)]
    answer = client.post(f"/views/{token}/deletion")
    assert "The view “After” is deleted." in client.get(answer.location).text
    assert kept() == []
    assert client.get(f"/v/{token}").status_code == 404


def test_a_name_that_is_taken_is_refused_when_renaming(client, sign_in):
    person = sign_in("support")
    view_of(person, "Taken")
    token = view_of(person, "Mine")
    for name, status, sentence in [("Taken", 409, "Choose another name."), ("", 422, "Enter a name.")]:
        answer = client.post(f"/views/{token}/name", data={"name": name})
        assert answer.status_code == status
        assert sentence in answer.text


@pytest.mark.parametrize(("role", "status"), [("support", 404), ("manager", 404), ("admin", 303)])
def test_anothers_shared_view_is_changed_by_admins_alone(client, sign_in, role, status):
    token = view_of(make_staff("manager"))
    sign_in(role)
    assert client.get(f"/views/{token}").status_code == (200 if status == 303 else 404)
    assert (">Change<span" in client.get("/views?show=shared").text) is (status == 303)
    assert client.post(f"/views/{token}/name", data={"name": "Other"}).status_code == status
    assert client.post(f"/views/{token}/deletion").status_code == status
