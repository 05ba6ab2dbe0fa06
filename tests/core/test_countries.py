from dashboard.core.countries import countries_in, name_of


def test_countries_have_names():
    assert name_of("GR") == "Greece"
    assert name_of("EU") == "European Union"
    assert name_of("XX") == "XX"


def test_a_code_stands_for_itself_and_the_unions_for_its_members():
    assert countries_in("GB") == {"GB"}
    members = countries_in("EU")
    assert len(members) == 27
    assert members.isdisjoint({"GB", "CH", "NO", "EU"})
    # Greece is GR in ISO 3166, although the union itself writes EL.
    assert "GR" in members
    assert all(name_of(code) != code for code in members)
