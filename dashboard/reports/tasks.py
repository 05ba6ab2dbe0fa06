"""Reports by the clock, and their sending."""

from dashboard.jobs.queue import periodic, task
from dashboard.mails.sending import NotSent
from dashboard.mails.sending import send as send_mail
from dashboard.reports import commands
from dashboard.reports.letters import letter


# Every zone's 08:00 is one of these times: their distances from UTC are whole quarters of an hour.
@periodic("reports.plan", title="Plan the reports that are due", cron="*/15 * * * *")
def plan() -> None:
    while commands.plan_due() == commands.AT_ONCE:
        pass
    commands.pick_up_what_was_dropped()


@task("reports.send", title="Send a report")
def send(delivery_id: int) -> None:
    """Try to send it once. A failure is kept with the sending, which is tried again later.

    A worker that dies after the mail server took the mail, and before that is written down, leaves it
    to be sent again: the same Message-ID tells mail programs so.
    """
    wanted = commands.begin_try(delivery_id)
    if wanted is None:
        return
    try:
        send_mail(letter(wanted))
    except NotSent as error:
        commands.note_failure(delivery_id, error.sentence, is_final=error.is_final)
    else:
        commands.note_sent(delivery_id)
