import pytest

from tests.campaigns.signals.many import send
from tests.factories import make_campaign, make_owner


def text(campaign) -> str:
    return f"{campaign.owner_id}-{campaign.id}"


@pytest.fixture
def pair(session):
    owner = make_owner(name="Café Aurora")
    return [
        send(owner, 30, 1_000, days_ago=5, name="Spring"),
        send(owner, 300, 1_000, days_ago=5, name="Summer"),
    ]


def test_two_campaigns_stand_side_by_side(client, sign_in, pair):
    sign_in("support")
    page = client.get(f"/campaigns/compare?of={text(pair[0])}&of={text(pair[1])}").text
    assert "Each 72 hours after its own start." in page
    assert "27.0 points higher: real" in page
    assert page.count('class="chart chart-small"') == 4
    assert "By age, as a table" in page


def test_the_address_says_age_and_reference(client, sign_in, pair):
    sign_in("support")
    of = f"of={text(pair[0])}&of={text(pair[1])}"
    page = client.get(f"/campaigns/compare?{of}&age=now&against={text(pair[1])}").text
    assert "an older one has had more time" in page
    assert "27.0 points lower: real" in page
    assert f"/campaigns/compare?{of}&age=24&against={text(pair[1])}".replace("&", "&amp;") in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "None is chosen"),
        ("of={0}", "One is chosen: add another below."),
        ("of={0}&of={0}", "One is chosen: add another below."),
        ("of={0}&of={1}&of=nonsense", "A part of the address names no campaign and was left out."),
        ("of={0}&of={1}&of=7-987654321", "There is no campaign 7-987654321: it was left out."),
        ("of={0}&of=999999999999999999-999999999999999999", "There is no campaign"),
        ("of={0}&of={1}&of=1-1&of=1-2&of=1-3&of=1-4", "At most five campaigns stand side by side"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(client, sign_in, pair, query, sentence):
    sign_in("support")
    answer = client.get("/campaigns/compare?" + query.format(*map(text, pair)))
    assert answer.status_code == 200
    assert sentence in answer.text


@pytest.mark.parametrize("rest", ["age=48", "age=%00", "against=x", "against=7-987654321", "q=" + "x" * 300])
def test_what_else_is_wrong_in_the_address_does_not_matter(client, sign_in, pair, rest):
    sign_in("support")
    answer = client.get(f"/campaigns/compare?of={text(pair[0])}&of={text(pair[1])}&{rest}")
    assert answer.status_code == 200
    assert "27.0 points higher: real" in answer.text


def test_a_campaign_is_found_by_its_name_and_keeps_those_that_are_there(client, sign_in, pair):
    sign_in("support")
    winter = send(make_owner(), 1, 10, name="Winter")
    page = client.get(f"/campaigns/compare?of={text(pair[0])}&q=winter").text
    assert f'href="/campaigns/compare?of={text(pair[0])}&amp;of={text(winter)}"' in page
    assert "Summer" not in page
    assert "No campaign has such a name." in client.get("/campaigns/compare?q=zzzz").text


def test_where_nothing_is_looked_for_the_owners_other_campaigns_are_offered(client, sign_in, pair):
    sign_in("support")
    make_campaign(name="Of another")
    page = client.get(f"/campaigns/compare?of={text(pair[0])}").text
    assert "Summer" in page
    assert "Of another" not in page


def test_the_list_of_campaigns_offers_to_compare_what_was_sent(client, sign_in, pair):
    sign_in("support")
    draft = make_campaign(status="draft", started_at=None)
    page = client.get("/campaigns").text
    assert f'name="of" value="{text(pair[0])}"' in page
    assert f'value="{text(draft)}"' not in page
    assert page.count('class="sparkline"') == 2


def test_a_comparison_can_be_saved_as_a_view(client, sign_in, pair):
    sign_in("support")
    of = f"of={text(pair[0])}&of={text(pair[1])}"
    assert (
        f'value="/campaigns/compare?{of.replace("&", "&amp;")}"'
        in client.get(f"/campaigns/compare?{of}").text
    )
