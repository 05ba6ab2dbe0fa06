"""A task that writes much, and a worker that knows it: `python -m tests.faults.hand`."""

from uuid import UUID, uuid5

from dashboard import create_app
from dashboard.audit.commands import record
from dashboard.core.transactions import command
from dashboard.jobs import worker
from dashboard.jobs.queue import enqueue, task
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import ReasonCode


@task("tests.write_entries", title="Write many entries")
def write_entries(owner_id: int, count: int, name: str) -> None:
    """Write each entry in a transaction of its own, under a key that another attempt makes too."""
    for key in keys(count, name):
        write_entry(Movement(owner_id, 1, ReasonCode.PROMOTION, key, None))


@command
def ask_to_write(owner_id: int, count: int, name: str) -> int:
    record("test.ask", "test:1", staff_id=None)
    return enqueue("tests.write_entries", owner_id=owner_id, count=count, name=name)


def keys(count: int, name: str) -> list[UUID]:
    return [uuid5(UUID(int=0), f"{name} {n}") for n in range(count)]


if __name__ == "__main__":
    with create_app().app_context():
        worker.work(concurrency=1)
