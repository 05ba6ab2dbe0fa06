import gzip

import pytest

from tests.factories import make_owner


@pytest.fixture
def owners(sign_in):
    sign_in("support")
    for _ in range(50):
        make_owner()


def test_a_page_is_compressed_for_whoever_understands_that(client, owners):
    plain = client.get("/owners")
    small = client.get("/owners", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert {"Accept-Encoding", "HX-Request"} <= set(small.vary.as_set(preserve_casing=True))
    assert small.content_length == len(small.data) < len(plain.data) / 5
    assert b"Owner" in gzip.decompress(small.data)


@pytest.mark.parametrize(
    ("site", "encoding"),
    [("same-origin", "gzip"), ("none", "gzip"), ("same-site", None), ("cross-site", None)],
)
def test_a_page_that_another_site_asked_for_is_not_compressed(client, owners, site, encoding):
    answer = client.get("/owners", headers={"Accept-Encoding": "gzip", "Sec-Fetch-Site": site})
    assert answer.headers.get("Content-Encoding") == encoding


def test_what_refuses_gzip_gets_none(client, owners):
    answer = client.get("/owners", headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "Content-Encoding" not in answer.headers


def test_a_short_answer_stays_as_it_is(client):
    answer = client.get("/owners", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 303
    assert "Content-Encoding" not in answer.headers
