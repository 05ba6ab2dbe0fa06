"""Which addresses a view may keep."""

import pytest

from dashboard.views.addresses import in_words, page_address


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.mark.parametrize(
    "address",
    ["/", "/campaigns", "/campaigns?country=EU&sort=failing", "/owners/7/wallet?type=refund",
     "/owners/7/campaigns/3/messages?status=failed&error_code=", "/search?q=%2F%2Fevil.example",
     "/contacts?q=%CE%95%CE%BB%CE%AD%CE%BD%CE%B7+%26+co", "/campaigns?q=a&q=b"],
)  # fmt: skip
def test_a_page_with_its_filters_is_kept_as_it_is(address):
    assert page_address(address) == address


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("/campaigns?sort=failing&after=W1sidCJd", "/campaigns?sort=failing"),
        ("/contacts?before=x", "/contacts"),
        ("/owners/7/wallet?adjust=y&type=debit", "/owners/7/wallet?type=debit"),
        ("/campaigns?q=x#main", "/campaigns?q=x"),
        ("/owners/007", "/owners/7"),
    ],
)
def test_where_one_stands_in_a_table_is_no_filter(shown, kept):
    assert page_address(shown) == kept


@pytest.mark.parametrize(
    "address",
    ["", "campaigns", "//evil.example", "//evil.example/campaigns", "/\\evil.example", "/%2Fevil.example",
     "/%5Cevil.example", "https://evil.example/campaigns", "javascript:alert(1)", "/\t/evil.example",
     "/campaigns\x00", "/campaigns%00", "/campaigns/", "//campaigns", "/owners/../campaigns",
     "/no/such/page", "/owners/99999999999999999999"],
)  # fmt: skip
def test_what_is_no_page_of_ours_is_not_kept(address):
    assert page_address(address) is None


@pytest.mark.parametrize(
    "address",
    ["/sign-in", "/sign-out", "/theme", "/static/app.css", "/owners/7/wallet/adjustments",
     "/owners/7/wallet/entries.csv", "/owners/7/wallet/statement.pdf", "/views", "/views?show=shared",
     f"/views/{'x' * 22}", f"/v/{'x' * 22}"],
)  # fmt: skip
def test_what_is_no_page_to_look_at_is_not_kept(address):
    assert page_address(address) is None


def test_an_address_is_read_as_words():
    assert in_words("/campaigns?country=EU&is_subscribed=false&q=a+b&owner=") == (
        "/campaigns · country EU · is subscribed false · q a b"
    )
    assert in_words("/") == "/"
