"""What we take from others is pinned: Python packages by version and hash, browser files by hash."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from dashboard.local.postgres import ROOT

PINNED = re.compile(r"[a-z0-9.-]+==[^ ]+( ; [^\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_has_a_version_and_a_hash_and_no_host_is_named(name):
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
    strange = [line for line in lines if not PINNED.fullmatch(line) and not HASH.fullmatch(line)]
    assert strange == []
    after_a_pin = [lines[n + 1] for n, line in enumerate(lines) if PINNED.fullmatch(line)]
    assert len(after_a_pin) > 30
    assert all(HASH.fullmatch(line) for line in after_a_pin)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_what_we_ask_for_is_what_is_pinned(name):
    asked = re.findall(
        r"^([A-Za-z0-9-]+)(?:\[\w+\])?==(\S+)", (ROOT / name.replace(".txt", ".in")).read_text(), re.M
    )
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(), re.M))
    assert len(asked) > 5
    assert {package: version for package, version in asked if pinned[package.lower()] != version} == {}


def test_the_browser_files_are_those_that_were_reviewed():
    subprocess.run([sys.executable, ROOT / "bin/vendor", "--check"], check=True)


def test_every_vendored_package_brings_its_licence():
    folders = [path for path in (ROOT / "static/vendor").iterdir() if path.is_dir()]
    folders += (ROOT / "tests/browser/vendor").iterdir()
    assert len(folders) == 5
    assert [folder.name for folder in folders if not (folder / "LICENSE").read_text().strip()] == []


def test_the_sprite_holds_exactly_the_icons_that_are_listed():
    sprite = ElementTree.parse(next((ROOT / "static/vendor").glob("tabler-icons-*/icons.svg"))).getroot()
    symbols = {symbol.get("id"): len(symbol) for symbol in sprite.iter(f"{SVG}symbol")}
    assert set(symbols) == set((ROOT / "static/vendor/tabler-icons.txt").read_text().split())
    assert all(symbols.values())
