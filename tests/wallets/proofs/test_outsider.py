"""Somebody who has the exported ledger and nothing of ours can check it."""

import csv
import io
import re
import subprocess
import sys

import pytest

from dashboard.wallets.ledger.export import as_csv
from dashboard.wallets.ledger.queries import Wanted
from tests.conftest import ROOT
from tests.wallets.proofs.conftest import write

DECISION = ROOT / "docs" / "decisions" / "0008-proving-the-ledger.md"


@pytest.fixture
def exported(bakery, tmp_path):
    """The ledger as a file, with notes that a spreadsheet would run."""
    for note in ("=1+1", "'quoted", "-", 'Καφές, "δώρο"\r\n\t€ 😀 \u2028', "\x01\x7f<&>/"):
        write(bakery, 1, note=note)
    file = tmp_path / "ledger.csv"
    file.write_bytes(b"".join(as_csv(bakery, Wanted())))
    return file


def check(file) -> subprocess.CompletedProcess[str]:
    program = re.search(r"```python\n(.+?)```", DECISION.read_text(), re.DOTALL)[1]
    return subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=False)


def test_the_documented_program_recomputes_the_chain(exported):
    answer = check(exported)
    assert answer.returncode == 0, answer.stderr
    text = exported.read_bytes().decode("utf-8-sig")
    [*_, last] = csv.DictReader(io.StringIO(text, newline=""))
    assert answer.stdout == f"The chain holds. Its last hash: {last['hash']}\n"


@pytest.mark.parametrize(
    ("written", "instead"), [(",500,", ",501,"), ("Change 3", "Change 4"), ("'=1+1", "'=1+2")]
)
def test_it_finds_a_changed_letter(exported, written, instead):
    file = exported.read_bytes()
    assert written.encode() in file
    exported.write_bytes(file.replace(written.encode(), instead.encode(), 1))
    answer = check(exported)
    assert answer.returncode == 1
    assert re.search(r"Entry [0-9]+ does not fit", answer.stderr)
