"""Many at once, each as a request of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from typing import Any

from flask import Flask

from dashboard.core.errors import DomainError


def at_once(app: Flask, *changes: Callable[[], Any]) -> list[Any]:
    """What each change answers, all started at the same moment; a refusal is an answer."""
    start = Barrier(len(changes))

    def run(change: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait()
            try:
                return change()
            except DomainError as refusal:
                return refusal

    with ThreadPoolExecutor(len(changes)) as pool:
        return list(pool.map(run, changes))


def late(moments: int, change: Callable[[], Any]) -> Callable[[], Any]:
    """The change some moments after the others."""

    def begin_late() -> Any:
        sleep(moments * 0.01)
        return change()

    return begin_late
