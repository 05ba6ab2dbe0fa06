import hashlib
import io
import re
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from dashboard.wallets.statements import pdf, press
from dashboard.wallets.statements.periods import Period
from dashboard.wallets.statements.queries import Statement

Owner = namedtuple("Owner", "name timezone")
Entry = namedtuple(
    "Entry", "entry_no created_at reason_code note campaign_name in_credits out_credits balance_credits"
)
Day = namedtuple("Day", "day entries in_credits out_credits balance_credits")
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
MADE_AT = datetime(2026, 11, 2, 12, tzinfo=UTC)

#: A name in each script, and the font that draws it.
SCRIPTS = {
    "Café Ñandú Ł": "NotoSans-Regular",
    "Ελένη Παπαδοπούλου": "NotoSans-Regular",
    "Анна Ёлкина": "NotoSans-Regular",
    "Tiếng Việt": "NotoSans-Regular",
    "שרה כהן-לוי (2026)": "NotoSansHebrew-Regular",
    "محمد عبد الرحمن ٢٠٢٦": "NotoSansArabic-Regular",
    "پژوهش گروه": "NotoSansArabic-Regular",
    "श्री क्षत्रिय": "NotoSansDevanagari-Regular",
    "বাংলা ক্ষ": "NotoSansBengali-Regular",
    "ਪੰਜਾਬੀ": "NotoSansGurmukhi-Regular",
    "ગુજરાતી ક્ષ": "NotoSansGujarati-Regular",
    "ଓଡ଼ିଆ କ୍ଷ": "NotoSansOriya-Regular",
    "தமிழ் ஸ்ரீ": "NotoSansTamil-Regular",
    "తెలుగు శ్రీ": "NotoSansTelugu-Regular",
    "ಕನ್ನಡ ಶ್ರೀ": "NotoSansKannada-Regular",
    "മലയാളം ക്ഷ്മ": "NotoSansMalayalam-Regular",
    "සිංහල ශ්‍රී": "NotoSansSinhala-Regular",
    "บริษัท น้ำตาลไทย จำกัด": "NotoSansThai-Regular",
    "ລາວ ນ້ຳ": "NotoSansLao-Regular",
    "བོད་ཡིག རྒྱ": "NotoSerifTibetan-Regular",
    "မြန်မာ ကြွေ": "NotoSansMyanmar-Regular",
    "ខ្មែរ ស្ត្រី": "NotoSansKhmer-Regular",
    "ދިވެހި": "NotoSansThaana-Regular",
    "አማርኛ": "NotoSansEthiopic-Regular",
    "Հայաստան": "NotoSansArmenian-Regular",
    "საქართველო": "NotoSansGeorgian-Regular",
    "中文名字有限公司": "DroidSansFallback",
    "株式会社ひらがなカタカナ": "DroidSansFallback",
    "주식회사 한국어": "DroidSansFallback",
    "🎉 👩‍👩‍👧 👍🏽 🇬🇷": "NotoEmoji-Regular",
    "★ ✓ ●": "NotoSansSymbols2-Regular",
    "Ⓐ ①": "NotoSansSymbols-Regular",
    "𝓢𝓪𝓵𝓮 → ≤": "NotoSansMath-Regular",
}
MARKUP = '#let x = 1 *bold* _it_ $x^2$ @ref <label> `raw` // c /* c */ #read("/etc/passwd") \\ ~ -- "quoted"'


def make_statement(*notes: str, closing: int | None = None) -> Statement:
    """A statement with an entry of one credit for each note."""
    noon = datetime(2026, 10, 1, 12, tzinfo=UTC)
    lines = [
        Entry(n, noon + timedelta(minutes=n), "goodwill", note, None, 1, 0, n)
        for n, note in enumerate(notes, start=1)
    ]
    total = len(lines)
    return Statement(7, 0, total, 0, total if closing is None else closing, total, False, lines)


def typeset(name: str = "Café Aurora", statement: Statement | None = None) -> bytes:
    return pdf.typeset(Owner(name, "Europe/Athens"), OCTOBER, statement or make_statement(), MADE_AT)


def read(file: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(file), strict=True)


def text_of(page) -> str:
    """What stands on the page, without the places where a long word may break."""
    return " ".join(page.extract_text().replace("\u200b", "").split())


def fonts_of(page) -> set[str]:
    fonts = page["/Resources"]["/Font"].values()
    return {font.get_object()["/BaseFont"].partition("+")[2] for font in fonts}


def draws_all(file: bytes) -> bool:
    """Whether no character was without a glyph: only then it may call itself PDF/UA."""
    return b"<pdfuaid:part>1</pdfuaid:part>" in file


@pytest.mark.parametrize(("name", "font"), SCRIPTS.items())
def test_a_name_is_drawn_in_its_script(name, font):
    file = typeset(name, make_statement(name))
    made = read(file)
    assert draws_all(file)
    assert font in fonts_of(made.pages[0])
    assert made.metadata.title == f"Wallet statement of {name}, 1 Oct 2026 to 31 Oct 2026"


@pytest.mark.parametrize(
    "name", ["Ελένη Παπαδοπούλου", "Анна Ёлкина", "Հայաստան", "中文名字有限公司", "주식회사 한국어", MARKUP]
)
def test_what_people_wrote_can_be_found_in_it_and_is_no_markup(name):
    text = text_of(read(typeset(name, make_statement(name))).pages[0])
    # Where a line ends is no matter.
    assert text.replace(" ", "").count(name.replace(" ", "")) == 2


def test_the_template_reaches_for_nothing():
    template = press.TEMPLATE.read_text()
    assert not re.search(
        r"#?\b(import|include|read|image|eval|plugin|csv|yaml|xml|toml|cbor)\b[ (]", template
    )
    assert "json(bytes(sys.inputs.content))" in template
    assert template.count("json(") == 1


@pytest.mark.parametrize("letter", ["Q", "Ω", "ش", "ক", "文", "ก", "한", "🎉"])
def test_a_long_word_without_a_space_stays_on_the_paper(letter):
    file = typeset(letter * 160, make_statement(letter * 500))
    rights = []

    def note(_text, _cm, tm, _font, _size):
        rights.append(tm[4])

    page = read(file).pages[0]
    page.extract_text(visitor_text=note)
    assert draws_all(file)
    assert text_of(page).replace(" ", "").count(letter) == 660
    assert len(page.extract_text().splitlines()) > 20
    assert max(rights) < float(page.mediabox.width)


def test_control_characters_and_line_breaks_leave_no_trace():
    file = typeset("A\x07B\x1b[31m", make_statement("one\ntwo\r\n\tthree\x00"))
    text = text_of(read(file).pages[0])
    assert draws_all(file)
    assert "A B [31m" in text
    assert "one two three" in text


@pytest.mark.parametrize("character", ["\U00020bb7", "\ue000", "\ufdd0"])
def test_a_character_of_no_font_is_a_box_and_it_is_said(character):
    file = typeset(f"{character}野家")
    assert not draws_all(file)
    made = read(file)
    text = text_of(made.pages[0])
    assert "A box stands for a character that is in none of the fonts of this file" in text
    assert "野家" in text
    assert made.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert "A box stands" not in text_of(read(typeset()).pages[0])


def test_it_says_of_whom_when_and_by_whom_and_is_tagged():
    made = read(typeset(statement=make_statement(*"ab")))
    assert made.metadata.author == "Signalbox"
    assert made.metadata.creation_date == MADE_AT
    root = made.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert [round(float(side)) for side in made.pages[0].mediabox] == [0, 0, 595, 842]
    text = text_of(made.pages[0])
    for fact in [
        "Period 1 Oct 2026 to 31 Oct 2026",
        "Times in Europe/Athens",
        "Wallet No. 7",
        "Made at 2 Nov 2026, 14:00",
    ]:
        assert fact in text
    assert "Opening balance 0 + In 2 − Out 0 = Closing balance 2" in text
    assert "1 1 Oct 2026, 15:01 Goodwill a 1 1" in text
    assert "Total, and closing balance 2 0 2" in text


def test_each_page_has_its_number_and_the_heads_of_the_columns():
    pages = read(typeset(statement=make_statement(*["A note"] * 120))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        text = text_of(page)
        assert f"Wallet No. 7 · 1 Oct 2026 to 31 Oct 2026 {number} / {len(pages)}" in text
        assert "No. When What for In Out Balance" in text
    assert ["Total, and closing balance" in text_of(page) for page in pages].count(True) == 1


def test_days_are_listed_with_their_sums():
    days = [Day(date(2026, 10, n), 600, 600, 100, n * 500) for n in (1, 2)]
    made = Statement(7, 0, 1_200, 200, 1_000, 1_200, True, days)
    text = text_of(read(typeset(statement=made)).pages[0])
    assert "1,200 entries. That is more than 1,000, so each line is a day that has entries." in text
    assert "Day Entries In Out Balance" in text
    assert "2 Oct 2026 600 600 100 1,000" in text


def test_one_that_does_not_foot_says_so():
    text = text_of(read(typeset(statement=make_statement("a", closing=5))).pages[0])
    assert "Opening balance 0 + In 1 − Out 0 ≠ Closing balance 5" in text
    assert "This statement does not foot. Opening + in − out gives 1 credit, and the ledger states 5." in text


def test_the_same_statement_is_the_same_file():
    assert typeset(statement=make_statement(*SCRIPTS)) == typeset(statement=make_statement(*SCRIPTS))


def test_a_thousand_entries_in_every_script_are_typeset_in_time():
    notes = (list(SCRIPTS) * 31)[:1_000]
    made = read(typeset(statement=make_statement(*notes)))
    assert "Total, and closing balance 1,000 0 1,000" in text_of(made.pages[-1])


def test_the_fonts_are_those_that_were_reviewed_and_all_are_asked():
    lines = (press.FONTS / "SHA256SUMS").read_text().splitlines()
    known = {name: digest for digest, name in (line.split() for line in lines)}
    files = sorted(press.FONTS.rglob("*.ttf"))
    found = {
        path.relative_to(press.FONTS).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    assert found == known
    assert all((path.parent / "LICENSE").exists() for path in files)
    shipped = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[press.FONTS])
    assert sorted(pdf.FAMILIES) == sorted(shipped.families())


def test_the_fonts_say_where_they_are_from():
    readme = (press.FONTS / "README.md").read_text()
    for folder in (path for path in Path(press.FONTS).iterdir() if path.is_dir()):
        assert f"`{folder.name}`" in readme
