"""A person at a browser: Chromium, at the real application on a port of its own."""

import random
import socket
from collections.abc import Callable, Iterator
from functools import partial
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from dashboard import create_app
from dashboard.core.db import db
from dashboard.local.browser import find_chromium
from dashboard.staff.models import Staff
from tests.browser.hand import Keyboard, Pointer, sign_in_at
from tests.jobs.conftest import start_worker, work_off

__all__ = ["start_worker", "work_off"]

# Ports from 32768 on may be taken by the client ends of connections.
PORTS = range(20_000, 32_768)
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # Chromium's own does not start as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

expect.set_options(timeout=10_000)  # ms


@pytest.fixture(scope="package")
def served(app: Flask) -> Iterator[Flask]:
    """The application as it runs for people, beside `app` and on its database: CSRF protection is on."""
    served = create_app()
    yield served
    with served.app_context():
        db.engine.dispose()


@pytest.fixture(scope="package")
def address(served: Flask) -> Iterator[str]:
    """Where the application is served."""
    with _free_socket() as listening:
        host, port = listening.getsockname()
        server = make_server(
            host, port, served, threaded=True, request_handler=_QuietHandler, fd=listening.fileno()
        )
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{host}:{port}"
        server.shutdown()
        thread.join()
        server.server_close()


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open, as gunicorn does

    def log_request(self, *_: object) -> None:
        pass


def _free_socket() -> socket.socket:
    for port in random.sample(PORTS, 100):
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            continue
    raise OSError("No free port was found.")


@pytest.fixture(scope="package")
def browser(address: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


class Watch:
    """Notes what nobody sees: errors of scripts, refused content, foreign hosts, faults of ours."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.expects_faults = False
        self.complaints: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"A script failed: {error.error}"))
        context.on("request", lambda request: self._request(request.url))
        context.on("response", lambda response: self._response(response.status, response.url))

    def _console(self, message: ConsoleMessage) -> None:
        # The browser also notes each answer of 400 and above, and some tests are about those.
        if message.type == "error" and not message.text.startswith("Failed to load resource: the server"):
            self.complaints.append(f"The console says: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.address + "/", "data:")):
            self.complaints.append(f"The page asked another host: {url}")

    def _response(self, status: int, url: str) -> None:
        if status >= 500 and not self.expects_faults:
            self.complaints.append(f"{status} from {url}")


@pytest.fixture
def watch(address: str) -> Watch:
    return Watch(address)


@pytest.fixture
def open_page(browser: Browser, address: str, watch: Watch, committed) -> Iterator[Callable[..., Page]]:
    """Opens a page in a fresh browser profile; the options are Playwright's.

    At the end nothing may have gone wrong behind the scenes: see `Watch`.
    """
    contexts: list[BrowserContext] = []

    def open_page(**options) -> Page:
        # Without motion, because a colour on its way to another is neither.
        context = browser.new_context(**({"base_url": address, "reduced_motion": "reduce"} | options))
        context.set_default_timeout(10_000)  # ms
        watch.over(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


@pytest.fixture
def page(open_page) -> Page:
    """A page that nobody has signed in at."""
    return open_page()


@pytest.fixture
def sign_in(page: Page) -> Callable[..., Staff]:
    """Signs a member of staff of the role in at `page`, as people do, and gives the person."""
    return partial(sign_in_at, page)


@pytest.fixture(params=[Pointer, Keyboard], ids=["by pointer", "by keyboard"])
def hand(request: pytest.FixtureRequest, page: Page) -> Pointer | Keyboard:
    """What works at `page` and counts its clicks."""
    return request.param(page)
