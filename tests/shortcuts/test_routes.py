import re


def test_the_shortcuts_are_listed_and_can_be_switched_off_and_on(client, sign_in):
    sign_in("support")
    assert ">Go to the search box<" in client.get("/shortcuts").text
    for state, other in (("off", "on"), ("on", "off")):
        page = client.post("/shortcuts", data={"shortcuts": state}, follow_redirects=True).text
        assert f"Shortcuts are {state} in this browser." in page
        assert f"Switch the shortcuts {other}" in page
        assert ('data-shortcuts="off"' in page) == (state == "off")
        # The box does not advertise a key that does nothing.
        assert bool(re.search(r'<kbd aria-hidden="true">/</kbd>', page)) == (state == "on")


def test_nonsense_switches_nothing(client, sign_in):
    sign_in("support")
    answer = client.post("/shortcuts", data={"shortcuts": '"><b>'})
    assert "Set-Cookie" not in answer.headers or "shortcuts=" not in answer.headers["Set-Cookie"]
