"""Files as people have them: delimiters, encodings, headings in many languages, cells of Excel."""

import pytest

from dashboard.contact_imports.reading.headings import fields_called
from tests.contact_imports.books import book, table
from tests.contact_imports.hand import read

ADA = {"phone": "+306984303406", "first_name": "Ada", "last_name": "Lovelace"}
ELENI = {"phone": "+306984303407", "first_name": "Ελένη", "last_name": "Παπαδοπούλου"}
GREEK = "Κινητό;Όνομα;Επώνυμο\n6984303406;Ada;Lovelace\n6984303407;Ελένη;Παπαδοπούλου\n"
FRENCH = "Téléphone;Prénom;Nom\n0612345678;Zoé;Lefèvre\n0612345679;Anaïs;Müller\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1253"])
def test_every_delimiter_line_end_and_encoding(delimiter, line_end, encoding):
    text = GREEK.replace(";", delimiter).replace("\n", line_end)
    found, problems, plan = read(text.encode(encoding))
    assert (found, problems) == ([ADA, ELENI], [])
    assert plan.delimiter == delimiter


def test_big_endian_utf_16():
    assert read(b"\xfe\xff" + GREEK.encode("utf-16-be"))[0] == [ADA, ELENI]


@pytest.mark.parametrize("country", ["FR", "DE", "GR", "CY"])
def test_letters_here_and_there_are_western_wherever_the_owner_is(country):
    found, _, plan = read(FRENCH.replace("\n06", "\n+336").encode("cp1252"), country)
    assert plan.encoding == "cp1252"
    assert [one["last_name"] for one in found] == ["Lefèvre", "Müller"]


def test_whole_words_are_greek_wherever_the_owner_is():
    found, _, plan = read(
        GREEK.replace(";69", ";+3069").encode("cp1253"), "DE", columns={"phone": 0, "first_name": 1}
    )
    assert plan.encoding == "cp1253"
    assert all("first_name" in one for one in found)


def test_another_encoding_can_be_chosen():
    text = "Telefon;Imię\n512345678;Łucja\n"
    assert read(text.encode("cp1250"), "FR", encoding="cp1250")[2].encoding == "cp1250"


def test_letters_that_the_encoding_does_not_know_make_a_bad_row():
    content = b"phone;first name\n6984303406;Ada\n" + b"6984303407;\x81\n"
    found, problems, _ = read(content, encoding="cp1253")
    assert [one["first_name"] for one in found] == ["Ada"]
    assert problems == [(3, "It holds characters that cannot be read in this encoding.")]


def test_quotes_hold_delimiters_line_breaks_and_quotes():
    found, problems, _ = read('phone,first name\n6984303406,"Ada ""Countess"", of\r\nLovelace"\n')
    assert found[0]["first_name"] == 'Ada "Countess", of Lovelace'
    assert not problems


def test_excel_may_be_told_the_delimiter():
    found, _, plan = read(("sep=;\n" + GREEK).encode())
    assert (found, plan.delimiter) == ([ADA, ELENI], ";")


def test_empty_rows_count_as_a_spreadsheet_counts():
    _, problems, _ = read("phone\n\n6984303406\n,\n\nx\n")
    assert problems == [(6, "That is no phone number.")]


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("Phone,First name,Last name,E-mail,Gender,Date of birth,Subscribed", [0, 1, 2, 3, 4, 5, 6]),
        ("Κινητό,Όνομα,Επώνυμο,Email,Φύλο,Ημερομηνία γέννησης,Εγγεγραμμένος", [0, 1, 2, 3, 4, 5, 6]),
        ("ΤΗΛΕΦΩΝΟ,ΟΝΟΜΑ,ΕΠΙΘΕΤΟ,EMAIL,ΦΥΛΟ,ΓΕΝΕΘΛΙΑ,ΣΥΓΚΑΤΑΘΕΣΗ", [0, 1, 2, 3, 4, 5, 6]),
        (
            "Nom,Prénom,Téléphone portable,Adresse e-mail,Sexe,Date de naissance,Inscrit",
            [2, 1, 0, 3, 4, 5, 6],
        ),
        ("Handynummer,Vorname,Nachname,E-Mail,Geschlecht,Geburtsdatum,Einwilligung", [0, 1, 2, 3, 4, 5, 6]),
        (
            "Móvil,Nombre,Apellidos,Correo electrónico,Género,Fecha de nacimiento,Suscrito",
            [0, 1, 2, 3, 4, 5, 6],
        ),
        ("Cellulare,Nome,Cognome,Email,Sesso,Data di nascita,Iscritto", [0, 1, 2, 3, 4, 5, 6]),
        ("Telemóvel,Nome,Apelido,E-mail,Género,Data de nascimento,Inscrito", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_headings_are_understood_in_several_languages(headings, columns):
    found = fields_called(headings.split(","))
    fields = ["phone", "first_name", "last_name", "email", "gender", "birthday", "state"]
    assert found == dict(zip(fields, columns, strict=True))


def test_without_a_heading_the_columns_are_guessed_by_what_is_in_them():
    found, problems, plan = read(
        "Ada,Lovelace,1985-12-10,ada@example.com,6984303406\nGrace,Hopper,,g@example.com,6984303407\n"
    )
    assert not plan.has_heading
    assert plan.columns == {"first_name": 0, "last_name": 1, "birthday": 2, "email": 3, "phone": 4}
    assert found[0] == ADA | {"birthday": "1985-12-10", "email": "ada@example.com"}
    assert not problems


def test_a_heading_that_nobody_understands_is_still_one():
    found, _, plan = read("a,b\n6984303406,x\n6984303407,y\n")
    assert plan.has_heading
    assert (len(found), plan.columns) == (2, {"phone": 0})


@pytest.mark.parametrize(
    ("written", "country", "day"),
    [
        ("1985-04-03", "GR", "1985-04-03"),
        ("1985/4/3", "GR", "1985-04-03"),
        ("03/04/1985", "GR", "1985-04-03"),
        ("03/04/1985", "US", "1985-03-04"),
        ("3.4.1985", "DE", "1985-04-03"),
        ("3-4-85", "FR", "1985-04-03"),
        ("1985-04-03 00:00:00", "GR", "1985-04-03"),
        ("1985-04-03T00:00:00Z", "GR", "1985-04-03"),
    ],
)
def test_days_are_read_as_the_owners_country_writes_them(written, country, day):
    found, problems, _ = read(f"phone,birthday\n+306984303406,{written}\n".encode(), country)
    assert not problems
    assert found[0]["birthday"] == day


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("phone", "", "There is no phone number."),
        ("phone", "12", "That is no phone number."),
        ("phone", "+30 123 456 7890", "That is no phone number."),
        ("phone", "6.98E+09", "A spreadsheet has shortened the number."),
        ("first name", "x" * 121, "The first name is longer than 120 characters."),
        ("last name", "x" * 121, "The last name is longer than 120 characters."),
        ("email", "ada", "That is no email address."),
        ("email", "a@b.c" + "d" * 320, "That is no email address."),
        ("birthday", "31/13/1985", "That is no day."),
        ("birthday", "30/02/1985", "That is no day."),
        ("birthday", "٠٣/٠٤/١٩٨٥", "That is no day."),
        ("birthday", "01/01/2199", "A birthday is a day that has been"),
        ("birthday", "01/01/1800", "A birthday is a day that has been"),
        ("gender", "maybe", "That is no gender."),
        ("subscribed", "perhaps", "That does not say whether"),
        ("first name", "#N/A", "The spreadsheet could not calculate a cell: #N/A."),
        ("first name", "A\x00da", "It holds characters that cannot be read."),
    ],
)
def test_a_cell_that_cannot_be_kept_makes_its_row_bad(column, cell, reason):
    headings = ["phone", "first name", "last name", "email", "gender", "birthday", "subscribed"]
    row = ["6984303406", "Ada", *[""] * 5]
    row[headings.index(column)] = cell
    good = "6984303407,,,,,,\n" * 20_000  # the zero byte is not among the first
    content = ",".join(headings) + "\n" + good + ",".join(row) + "\n"
    found, problems, _ = read(content.encode())
    assert len(found) == 20_000
    assert len(problems) == 1
    assert problems[0][0] == 20_002
    assert problems[0][1].startswith(reason)


@pytest.mark.parametrize(
    ("word", "gender"),
    [("Γυναίκα", "female"), ("ΑΝΔΡΑΣ", "male"), ("Femme", "female"), ("männlich", "male"),
     ("mujer", "female"), ("Uomo", "male"), ("f", "female"), ("M", "male"), ("other", "other"),
     ("prefer not to say", "prefer_not_to_say")],
)  # fmt: skip
def test_genders_are_words_of_several_languages(word, gender):
    assert read(f"phone,gender\n6984303406,{word}\n".encode())[0][0]["gender"] == gender


def test_a_letter_that_means_a_woman_to_some_is_asked_about():
    found, problems, _ = read(b"phone,sexo\n612345678,M\n612345679,H\n", "ES")
    assert [one["gender"] for one in found] == ["male"]
    assert problems == [(2, "“M” may mean a man or a woman here. Write “hombre” or “mujer”.")]


def test_a_formula_is_a_text():
    found, _, _ = read("phone,first name\n6984303406,=cmd|'/c calc'!A1\n6984303407,'=1+1\n")
    assert [one["first_name"] for one in found] == ["=cmd|'/c calc'!A1", "=1+1"]


def test_a_workbook_of_texts():
    rows = [
        ["Κινητό", "Όνομα", "Επώνυμο"],
        ["6984303406", "Ada", "Lovelace"],
        ["6984303407", "Ελένη", "Παπαδοπούλου"],
    ]
    found, problems, plan = read(table(rows))
    assert (found, problems) == ([ADA, ELENI], [])
    assert plan.is_workbook


CELLS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    '<row r="{n}">{cells}</row>'
)
TEXTS = [
    "phone",
    "birthday",
    "first name",
    "<si><r><t>A</t></r><r><t>da</t></r><rPh><t>x</t></rPh></si>",
    "a_x000D_b",
]


@pytest.mark.parametrize(
    ("cells", "read_as"),
    [
        ('<c r="A2"><v>306984303406</v></c>', {"phone": "+306984303406"}),
        ('<c r="A2" t="n"><v>6.984303406E9</v></c>', {"phone": "+306984303406"}),
        ('<c r="A2" s="3"><v>6984303406.0</v></c>', {"phone": "+306984303406"}),
        ('<c r="A2" t="inlineStr"><is><t>698 430</t><t> 3406</t></is></c>', {"phone": "+306984303406"}),
        ('<c r="A2" t="str"><f>"69"&amp;1</f><v>6984303406</v></c>', {"phone": "+306984303406"}),
        ("<c><v>6984303406</v></c>", {"phone": "+306984303406"}),
        ('<c r="A2"><v>6984303406</v></c><c r="B2" s="1"><v>31140</v></c>', {"birthday": "1985-04-03"}),
        ('<c r="A2"><v>6984303406</v></c><c r="B2" s="2"><v>31140.5</v></c>', {"birthday": "1985-04-03"}),
        (
            '<c r="A2"><v>6984303406</v></c><c r="B2" t="d"><v>1985-04-03T00:00:00</v></c>',
            {"birthday": "1985-04-03"},
        ),
        ('<c r="A2"><v>6984303406</v></c><c r="C2" t="s"><v>3</v></c>', {"first_name": "Ada"}),
        ('<c r="A2"><v>6984303406</v></c><c r="C2" t="s"><v>4</v></c>', {"first_name": "a b"}),
        ('<c r="A2"><v>6984303406</v></c><c r="C2" t="b"><v>1</v></c>', {"first_name": "TRUE"}),
    ],
)
def test_cells_of_excel_read_as_what_they_mean(cells, read_as):
    found, problems, _ = read(book(CELLS.format(n=2, cells=cells), TEXTS))
    assert not problems
    assert read_as.items() <= found[0].items()


def test_days_counted_from_1904():
    cells = '<c r="A2"><v>6984303406</v></c><c r="B2" s="1"><v>29678</v></c>'
    found, _, _ = read(book(CELLS.format(n=2, cells=cells), TEXTS, settings='<workbookPr date1904="1"/>'))
    assert found[0]["birthday"] == "1985-04-03"


def test_rows_of_a_workbook_have_the_numbers_that_excel_shows():
    _, problems, _ = read(book(CELLS.format(n=9, cells='<c r="A9"><v>12</v></c>'), TEXTS))
    assert problems == [(9, "That is no phone number.")]


def test_tags_with_a_prefix_are_tags():
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>6984303406</x:t></x:is></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert read(book("", sheet=sheet))[0] == [{"phone": "+306984303406"}]
