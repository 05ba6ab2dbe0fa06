"""The Chromium of the browser tests: found, or else installed. Run as a module, it prints the path."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_INSTALL = [
    "apt-get",
    "install",
    "-qq",
    "-y",
    "--no-install-recommends",
    "chromium",
    "fonts-dejavu-core",
]


class BrowserUnavailableError(Exception):
    """There is no Chromium to be had here. The message says what to do."""


def find_chromium() -> str:
    """The path of a Chromium: $CHROMIUM, the system's, Debian's package if we are root, or Playwright's.

    Raises:
        BrowserUnavailableError: there is none, and none can be installed.
    """
    chosen = os.environ.get("CHROMIUM")
    if chosen and not shutil.which(chosen):
        raise BrowserUnavailableError(
            f"CHROMIUM names {chosen}, which is not a program. Correct it or unset it."
        )
    found = chosen or _system() or _from_debian() or _playwright() or _from_playwright()
    if not found:
        raise BrowserUnavailableError(
            "The browser tests need Chromium, and it could not be installed: install the package `chromium` "
            "of your system, or set CHROMIUM to the path of a Chromium or Chrome."
        )
    return found


def _system() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Installing the Debian package chromium for the browser tests.", file=sys.stderr)
    quiet_debian = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], DEBIAN_INSTALL):
        subprocess.run(command, env=quiet_debian, stdout=sys.stderr)
    return _system()


def _playwright() -> str | None:
    from playwright.sync_api import sync_playwright  # in the requirements of the tests alone

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def _from_playwright() -> str | None:
    print("Installing Playwright's Chromium for the browser tests.", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr)
    return _playwright()


if __name__ == "__main__":
    try:
        print(find_chromium())
    except BrowserUnavailableError as error:
        sys.exit(str(error))
