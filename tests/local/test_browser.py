"""Chromium is found, or the person is told what to do."""

import subprocess

import pytest

from dashboard.local import browser


def test_the_browser_that_is_found_runs():
    path = browser.find_chromium()
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    assert "Chrom" in answer.stdout


def test_the_environment_chooses(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/bin/true")
    assert browser.find_chromium() == "/bin/true"


def test_a_choice_that_is_no_program_is_told(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/no/such/chromium")
    with pytest.raises(browser.BrowserUnavailableError, match="/no/such/chromium"):
        browser.find_chromium()


def test_where_there_is_none_and_none_can_be_installed_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    for way in ("_system", "_from_debian", "_playwright", "_from_playwright"):
        monkeypatch.setattr(browser, way, lambda: None)
    with pytest.raises(browser.BrowserUnavailableError, match=r"install the package `chromium`"):
        browser.find_chromium()


def test_only_root_installs_debians_package(monkeypatch):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(browser.subprocess, "run", lambda *_, **__: pytest.fail("ran something"))
    assert browser._from_debian() is None
