"""An admin at a browser that sends a form again, under its key, until it is told that it was applied."""

import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPMessage
from itertools import count
from random import Random
from threading import Lock
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from tests.factories import PASSWORD

ANSWER_SECONDS = 30
PAUSE_SECONDS = 0.1  #: before a form is sent again
LOSES_EACH = 100  #: of so many forms a client loses its line once, with the answer to one on the way
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Tally:
    """How many forms all clients together were told of, and how many sendings failed, so far."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self.failed: Counter[str] = Counter()
        self.lock = Lock()

    def add(self, *, acknowledged: int = 0, failure: str = "") -> None:
        with self.lock:
            self.acknowledged += acknowledged
            self.failed.update([failure] if failure else [])


@dataclass
class Answer:
    status: int
    headers: HTTPMessage
    text: str


@dataclass
class Client:
    """One admin, who works at one wallet. `written` is what was acknowledged: keys and changes, in order."""

    port: int
    owner_id: int
    email: str
    tally: Tally
    written: list[tuple[UUID, int]] = field(default_factory=list)
    told_of_repeats: int = 0
    cookie: str = ""
    token: str = ""
    connection: HTTPConnection | None = None

    def sign_in(self) -> None:
        self._read_token("/sign-in")
        answer = self._ask("POST", "/sign-in", {"email": self.email, "password": PASSWORD})
        assert answer.status == 303, answer.text
        self._keep_cookie(answer)
        self._read_token(f"/owners/{self.owner_id}/wallet")

    def adjust(self, times: int) -> None:
        """Send so many adjustments, one after the other."""
        made_up = Random(self.owner_id)  # the same in each run
        balance = 0
        for _ in range(times):
            change = made_up.randint(1, 20) * (-1 if balance > 200 and made_up.random() < 0.6 else 1)
            key = UUID(int=made_up.getrandbits(128), version=4)
            self._send_until_acknowledged(key, change)
            self.written.append((key, change))
            balance += change
            self.tally.add(acknowledged=1)
        self._hang_up()

    def _send_until_acknowledged(self, key: UUID, change: int) -> None:
        wallet = f"/owners/{self.owner_id}/wallet"
        form = {
            "amount_credits": str(change),
            "reason_code": "correction",
            "idempotency_key": str(key),
            "seen_entry_no": str(len(self.written)),  # as the preview said, and sent again as it was
        }
        loses_its_line = len(self.written) % LOSES_EACH == LOSES_EACH - 1
        if loses_its_line:
            self._send_and_hang_up(f"{wallet}/adjustments", form)
        answer, has_failed = self._ask_until_answered("POST", f"{wallet}/adjustments", form)
        assert answer.status == 303, f"{answer.status} after entry {len(self.written)}: {_words(answer.text)}"
        assert answer.headers["Location"] == wallet
        if loses_its_line or has_failed:
            page, _ = self._ask_until_answered("GET", wallet, cookie=_cookie_of(answer))
            assert ("applied already" in page.text) != ("Balance: " in page.text), page.text
            self.told_of_repeats += "applied already" in page.text

    def _send_and_hang_up(self, path: str, form: dict[str, str]) -> None:
        with suppress(OSError, HTTPException):
            self._send("POST", path, form)
        self._hang_up()
        time.sleep(PAUSE_SECONDS)

    def _ask_until_answered(self, *request: Any, cookie: str | None = None) -> tuple[Answer, bool]:
        """The answer of a server that is well, and whether it was asked more than once."""
        for tries in count():
            try:
                answer = self._ask(*request, cookie=cookie)
                if answer.status not in (500, 503):
                    return answer, tries > 0
                self.tally.add(failure=str(answer.status))
            except (OSError, HTTPException) as error:
                self._hang_up()
                self.tally.add(failure=type(error).__name__)
            time.sleep(PAUSE_SECONDS)
        raise AssertionError("unreachable")

    def _read_token(self, path: str) -> None:
        page = self._ask("GET", path)
        self._keep_cookie(page)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found, page.text
        self.token = found[1]

    def _keep_cookie(self, answer: Answer) -> None:
        self.cookie = _cookie_of(answer) or self.cookie

    def _ask(
        self, method: str, path: str, form: dict[str, str] | None = None, cookie: str | None = None
    ) -> Answer:
        response = self._send(method, path, form, cookie).getresponse()
        return Answer(response.status, response.headers, response.read().decode())

    def _send(
        self, method: str, path: str, form: dict[str, str] | None = None, cookie: str | None = None
    ) -> HTTPConnection:
        if self.connection is None:
            self.connection = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        body = urlencode(form | {"csrf_token": self.token}) if form else None
        headers = {"Cookie": cookie or self.cookie} | (FORM if form else {})
        self.connection.request(method, path, body, headers)
        return self.connection

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def _cookie_of(answer: Answer) -> str:
    return next(
        (c.partition(";")[0] for c in answer.headers.get_all("Set-Cookie", []) if c.startswith("signalbox=")),
        "",
    )


def _words(page: str) -> str:
    return re.sub(r"(<[^>]*>|\s)+", " ", page.partition("<main")[2] or page)
