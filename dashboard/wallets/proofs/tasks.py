"""Proofs in the background and by the clock."""

from dashboard.jobs.queue import periodic, report_progress, task
from dashboard.wallets.proofs import commands, queries
from dashboard.wallets.proofs.checks import CHECKS
from dashboard.wallets.proofs.outcomes import Outcome


@task("ledger.verify", title="Verify the ledgers")
def verify_ledgers(verification_id: int, anchor_id: int | None) -> None:
    outcomes: list[Outcome] = []
    report_progress(0, len(CHECKS))
    for outcome in queries.verify(against=queries.Against(anchor_id)):
        outcomes.append(outcome)
        report_progress(len(outcomes), len(CHECKS))
    commands.finish_verification(verification_id, outcomes)


@periodic("ledger.anchor", title="Anchor the ledgers", cron="5 0 * * *")
def anchor_ledgers() -> None:
    commands.take_anchor(taken_by=None)


@periodic("ledger.verify_daily", title="Ask for the daily verification", cron="30 3 * * *")
def verify_daily() -> None:
    commands.request_verification(asked_by=None)
