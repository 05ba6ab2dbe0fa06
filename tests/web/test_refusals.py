"""Whatever goes wrong, people read words, and never what the database said."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from sqlalchemy import event, text

from dashboard import config
from dashboard.core.db import db
from dashboard.web.access import public
from tests.factories import make_contact, make_owner

#: What a database says. A constraint's name has two parts at least, which a form's random token never shows.
RAW = re.compile(r"psycopg|sqlalchemy|Traceback|SELECT |relation |\b[ucpf][qk]_[a-z]+_[a-z]+")


def assert_in_words(answer):
    assert RAW.findall(answer.text) == []


@pytest.mark.parametrize(
    "address",
    ["/owners/999", "/owners/999/wallet", "/owners/999/contacts/1", "/owners/1/campaigns/9", "/nowhere",
     "/owners/99999999999999999999", "/owners/9223372036854775807/lists/1", "/owners/-1", "/owners/x"],
)  # fmt: skip
def test_what_is_missing_is_a_kind_404(client, sign_in, address):
    sign_in("admin")
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Nothing is here" in answer.text
    assert_in_words(answer)


def test_a_record_of_another_owner_is_not_found(client, sign_in):
    sign_in("admin")
    contact, other = make_contact(), make_owner()
    assert client.get(f"/owners/{other.id}/contacts/{contact.id}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=" + "x" * 300, "owner=abc", "owner=99999999999999999999", "owner=-1", "status=nonsense",
     "since=yesterday", "since=9999-12-31&until=9999-12-31", "until=0001-01-01&since=0001-01-01",
     "sort=happens_at;DROP", "after=%00", "after=x&before=y", "_external=1&owner_id=3&_anchor=x&_scheme=y",
     "after=" + "W1tb" * 900, "after=W1sidiIsIlx1ZDgwMCJdLFsidiIsMV1d",
     "sort=failing&after=W1sidiIs" + "MTEx" * 200,
     "endpoint=x&is_subscribed=maybe&low=2&type=x", "q=%25%5C_'%22<b>", "q=%ed%a0%80"],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_fault_of_ours(client, sign_in, query):
    sign_in("admin")
    owner_id = make_owner().id
    for page in ("/campaigns", "/contacts", "/lists", "/wallets", "/owners", "/search", "/"):
        answer = client.get(f"{page}?{query}")
        assert answer.status_code in (200, 303), (page, answer.status_code)
        assert_in_words(answer)
    assert client.get(f"/owners/{owner_id}/wallet?{query}").status_code == 200


def test_a_file_where_a_text_should_be_is_no_fault_of_ours(client, session):
    answer = client.post("/sign-in", data={"email": (BytesIO(b"x"), "x.txt"), "password": "x"})
    assert answer.status_code == 422


def test_a_fault_of_ours_gives_a_reference_that_is_in_the_log(app, client, sign_in, monkeypatch, caplog):
    sign_in("admin")
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "owners.index", public("test")(lambda: 1 / 0))
    with caplog.at_level(logging.ERROR):
        answer = client.get("/owners")
    assert answer.status_code == 500
    assert_in_words(answer)
    reference = re.search(r"<code>([0-9A-F]{8})</code>", answer.text)[1]
    assert reference in caplog.text
    assert "ZeroDivisionError" in caplog.text

    htmx = client.get("/owners", headers={"HX-Request": "true"})
    assert htmx.headers["HX-Retarget"] == "#toasts"
    assert "<html" not in htmx.text


def test_a_statement_that_takes_too_long_is_a_503_in_words(app, client, sign_in, monkeypatch):
    sign_in("admin")

    @public("test")
    def slow():
        db.session.execute(text("SET LOCAL statement_timeout = 20"))
        db.session.execute(text("SELECT pg_sleep(5)"))

    monkeypatch.setitem(app.view_functions, "owners.index", slow)
    answer = client.get("/owners")
    assert answer.status_code == 503
    assert_in_words(answer)


def test_200_requests_at_once_keep_within_the_pools_limit(app, committed):
    """The reviewed platform's several clients exhausted the database's connections."""
    from tests.factories import make_staff

    person = make_staff("support")
    session_id = f"{person.id}.{person.session_no}"
    limit = config.POOL_SIZE + config.POOL_OVERFLOW
    most_open = []

    def opened(*_):
        most_open.append(db.engine.pool.checkedin() + db.engine.pool.checkedout())

    def ask(_):
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = session_id
        return client.get("/owners").status_code

    event.listen(db.engine, "connect", opened)
    try:
        with ThreadPoolExecutor(200) as pool:
            statuses = list(pool.map(ask, range(200)))
    finally:
        event.remove(db.engine, "connect", opened)
    assert statuses == [200] * 200
    in_database = db.session.scalar(
        text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    )
    assert in_database <= limit
    assert db.engine.pool.checkedout() <= 1
