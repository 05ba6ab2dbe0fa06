"""A platform with what makes pages difficult: long names, markup and quotes, other scripts, every state."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from flask import Flask
from sqlalchemy import select, text
from werkzeug.routing import Rule

from dashboard.campaigns.exports.kinds import FIGURES, figures_of
from dashboard.campaigns.queries import Wanted
from dashboard.contact_imports.commands import keep_file
from dashboard.contact_imports.staging.checks import check as check_file
from dashboard.contacts.erasure.commands import erase_contact
from dashboard.contacts.suppression import suppress
from dashboard.core.db import db, utc_now
from dashboard.exports.commands import request_export
from dashboard.jobs.models import Job, JobReport
from dashboard.owners.models import SenderNumber
from dashboard.platform_import.models import ImportIssue, ImportRun, ImportStep
from dashboard.reports.commands import begin_try, note_failure, subscribe
from dashboard.reports.models import ReportDelivery
from dashboard.views.commands import save_view
from dashboard.wallets.approvals.commands import request_adjustment
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import ReasonCode
from dashboard.wallets.proofs.commands import finish_verification, request_verification, take_anchor
from dashboard.wallets.proofs.queries import verify
from tests.campaigns.signals.many import send
from tests.contacts import histories as history
from tests.factories import (
    make_campaign,
    make_contact,
    make_list,
    make_message,
    make_owner,
    make_staff,
    make_wallet,
)
from tests.operations.doing import done, start, tag_of, ticked, undone

LONG = "Autumn sale for everybody who bought shoes, boots or sandals in one of our shops " * 2
UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
MARKUP = "<b>\"Bold\" & 'quoted'</b>"
PEOPLE = [
    {"first_name": "שרה", "last_name": "כהן לוי"},
    {"first_name": "محمد", "last_name": "عبد الرحمن"},
    {"first_name": "Ελένη", "last_name": "Παπαδοπούλου"},
    {"first_name": MARKUP, "last_name": UNBROKEN, "email": f"{'long' * 15}@example.com"},
    {},
]


@dataclass(frozen=True)
class Sample:
    """The numbers of records and the token of a view, named as the addresses of the pages name them."""

    owner_id: int
    contact_id: int
    erased_id: int
    list_id: int
    dynamic_list_id: int
    campaign_id: int
    sending_id: int
    draft_id: int
    empty_owner_id: int
    empty_list_id: int
    run_id: int
    entry_no: int
    request_id: int
    verification_id: int
    anchor_id: int
    export_id: int
    token: str
    report_id: int
    mail_name: str
    import_id: int
    operation_id: int
    tag_id: int

    def pages(self, app: Flask) -> list[str]:
        """The address of each page that there is, so also of one that is new, and some more views."""
        addresses = app.url_map.bind("localhost")
        found = [
            addresses.build(rule.endpoint, {name: self._value(name, rule) for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            # An address with a dot is a file to download.
            if "GET" in (rule.methods or ()) and rule.endpoint != "static" and "." not in rule.rule
        ]
        return sorted({*found, *self._views()})

    def _value(self, name: str, rule: Rule) -> int | str:
        assert hasattr(self, name), f"Give Sample a {name}, so that {rule.rule} is tested."
        return getattr(self, name)

    def _views(self) -> list[str]:
        owner = f"/owners/{self.owner_id}"
        return [
            "/campaigns?sort=failing",
            "/campaigns?signal=below-normal",
            f"/campaigns?signal=below-normal&owner={self.empty_owner_id}",
            "/campaigns?q=nothing+is+named+so",
            f"/campaigns?owner={self.owner_id}",
            "/contacts?is_subscribed=false",
            "/contacts?q=ab",
            "/search?q=shoes",
            "/search?q=nothing+is+named+so",
            f"{owner}/campaigns/{self.sending_id}",
            f"{owner}/campaigns/{self.draft_id}",
            f"{owner}/campaigns/{self.campaign_id}/messages?status=failed&error_code=30003",
            f"/campaigns/compare?of={self.owner_id}-{self.campaign_id}&of={self.owner_id}-{self.sending_id}",
            f"/campaigns/compare?of={self.owner_id}-{self.draft_id}&of=1-1&of=x&age=24&q=nothing",
            f"{owner}/lists/{self.list_id}?is_subscribed=false",
            f"{owner}/lists/{self.list_id}?gender=female&age_from=30&age_to=20&calling_code=30&added_from=x",
            f"{owner}/lists/{self.dynamic_list_id}",
            f"{owner}/lists/{self.dynamic_list_id}/edit",
            *self._changing(owner),
            *self._knowing(f"{owner}/contacts/{self.contact_id}"),
            f"{owner}/contacts/{self.erased_id}",
            f"{owner}/contacts/{self.erased_id}/consent",
            f"{owner}/wallet?type=refund&at=2026-10-25T03:30&least=1",
            f"{owner}/wallet?at=2026-03-29T03:30&most=x&campaign={self.campaign_id}",
            f"{owner}/wallet/entries/1",
            "/approvals?show=all",
            "/views?show=shared",
            "/exports?show=all",
            "/reports?show=all",
            f"/owners/{self.empty_owner_id}",
            f"/owners/{self.empty_owner_id}/wallet",
            f"/owners/{self.empty_owner_id}/lists/{self.empty_list_id}",
            "/owners/987654321",
        ]

    def _changing(self, owner: str) -> list[str]:
        """What could be done to many contacts, and what became of those to whom it was done."""
        new = f"{owner}/operations/new"
        return [
            f"{new}?kind=unsubscribe&ids={self.contact_id}",
            f"{new}?kind=list_add&list_id={self.list_id}&audience=%7B%22tag_id%22%3A{self.tag_id}%7D",
            f"{new}?kind=list_remove&list_id={self.list_id}&ids={self.contact_id}&ids=1,2",
            f"{new}?kind=tag&ids={self.contact_id}",
            f"{new}?kind=untag&tag_id={self.tag_id}&audience=x",
            f"{owner}/operations/{self.operation_id}?outcome=gone",
            f"/operations?owner={self.empty_owner_id}",
            f"/owners/{self.empty_owner_id}/tags",
        ]

    def _knowing(self, contact: str) -> list[str]:
        """What is known about the contact, and what is not."""
        return [
            f"{contact}?kind=notes",
            f"{contact}?kind=edits&day=2001-01-01",
            f"{contact}?day=x&time=y",
            f"{contact}?day=2199-01-01&time=12:00",
            f"{contact}/why-not?campaign={self.campaign_id}",
            f"{contact}/why-not?campaign={self.sending_id}",
            f"{contact}/why-not?campaign={self.draft_id}",
            f"{contact}/why-not?q=nothing+is+named+so",
        ]


def make_sample() -> Sample:
    owner = make_owner(name=LONG[:160], sender_name="Shoes & Co")
    for n in range(60):
        make_owner(name=[UNBROKEN, MARKUP, "حلويات الشام", f"Shop {n}"][min(n, 3)])
    contacts = [
        make_contact(
            owner, **PEOPLE[n % 5], is_subscribed=n % 3 > 0, unsubscribed_at=None if n % 3 else utc_now()
        )
        for n in range(55)
    ]
    contact_list = make_list(owner, name=MARKUP, description=LONG, members=contacts)
    make_list(owner, name=UNBROKEN, members=contacts[:2])
    campaign = make_campaign(
        owner,
        name=LONG[:160],
        message_text=f"{MARKUP} {UNBROKEN}\nSTOP=2",
        sender_name="Shoes & Co",
        list_id=contact_list.id,
        started_at=utc_now() - timedelta(days=2),
        finished_at=utc_now(),
    )
    _send(campaign, contacts)
    send(owner, 30, 1_000, days_ago=40, name=MARKUP)
    send(owner, 300, 1_000, days_ago=1, name=LONG[:160])  # below normal
    sending = make_campaign(owner, name=MARKUP, status="sending", started_at=utc_now() - timedelta(hours=1))
    for n, contact in enumerate(contacts[:8]):
        make_message(sending, contact, "delivered" if n % 2 else "queued")
    draft = make_campaign(owner, name=UNBROKEN, status="draft", started_at=None)
    for status in ("scheduled", "paused", "failed"):
        make_campaign(owner, name=f"حملة الخريف {status}", status=status)
    make_campaign(
        owner,
        name=LONG[:160],
        status="scheduled",
        started_at=None,
        scheduled_at=utc_now() + timedelta(days=1),
        list_id=contact_list.id,
        message_text=LONG * 20,
    )
    _fill_wallet(owner)
    _histories(contacts[3], contact_list)
    _erase(contacts[6])
    operation_id = _operation(contacts)
    _jobs()
    empty = make_owner(name="Nothing yet")
    return Sample(
        owner_id=owner.id,
        contact_id=contacts[3].id,
        erased_id=contacts[6].id,
        list_id=contact_list.id,
        dynamic_list_id=make_list(
            owner, name=f"{MARKUP} {UNBROKEN}", definition={"list_id": contact_list.id, "is_subscribed": True}
        ).id,
        campaign_id=campaign.id,
        sending_id=sending.id,
        draft_id=draft.id,
        empty_owner_id=empty.id,
        empty_list_id=make_list(empty).id,
        run_id=_import(),
        entry_no=2,
        request_id=_ask(owner, -400),
        anchor_id=take_anchor(taken_by=None),
        verification_id=_verification(),
        export_id=_export(owner),
        token=(token := _view()),
        report_id=_report(token),
        mail_name="none",
        import_id=_file(owner),
        operation_id=operation_id,
        tag_id=tag_of(operation_id),
    )


def _send(campaign, contacts) -> None:
    """A message to each contact, in every state, over some hours."""
    for n, contact in enumerate(contacts):
        at = campaign.started_at + timedelta(minutes=10 * n)
        status = ["delivered", "delivered", "failed", "sent", "delivered"][n % 5]
        times = {"sent_at": at}
        if status in ("delivered", "failed"):
            times[f"{status}_at"] = at + timedelta(minutes=5)
        error_code = [None, "30003", "a-code-that-nobody-knows"][n % 3] if status == "failed" else None
        make_message(campaign, contact, status, error_code=error_code, **times)


def _histories(contact, contact_list) -> None:
    """All that can happen to a contact, in the longest words."""
    person = make_staff("support", name=UNBROKEN)
    words = f"{MARKUP} {UNBROKEN} {LONG}"[:500]
    at = utc_now() - timedelta(days=5)
    db.session.add(SenderNumber(owner_id=contact.owner_id, number="+306900099999"))
    history.inbound(contact.phone, "+306900099999", " «STOP»!\n", at)
    suppress(contact.owner_id, contact.phone, at)
    history.consent(contact, at, False, source="stop_keyword", reason=words)
    history.consent(contact, at + timedelta(hours=1), True, reason="כן, בבקשה", staff_id=person.id)
    history.membership(contact, at, contact_list.id, "added", staff_id=person.id)
    history.edit(contact, at, {"first_name": None, "email": "a@example.com"}, {"first_name": words})
    history.note(contact, utc_now(), f"{words}\n\n{words}", person.id)
    left_out = make_campaign(owner_id=contact.owner_id, name=LONG[:160])
    history.skip(contact, at, left_out.id, "invalid_number")


def _erase(contact) -> None:
    """Somebody who is erased, for the longest of reasons."""
    words, person = f"{MARKUP} {UNBROKEN} {LONG}"[:500], make_staff("support", name=UNBROKEN)
    history.note(contact, utc_now(), words, person.id)
    erase_contact(
        contact.owner_id, contact.id, last_digits=contact.phone[-4:], reason=words, actor_id=person.id
    )


def _fill_wallet(owner) -> None:
    """A ledger of more than one page, which ends near zero."""
    make_wallet(owner, balance_credits=1_000)
    person = make_staff("admin", name=UNBROKEN)
    changes = [(-20, ReasonCode.CORRECTION), (5, ReasonCode.REFUND)] * 30
    for amount, reason in changes:
        write_entry(
            Movement(owner.id, amount, reason, uuid4(), person.id, note=f"{MARKUP} {LONG}"[:500]),
        )
    make_wallet(balance_credits=0)


def _ask(owner, change_credits: int) -> int:
    """A request that waits for a second person; its number."""
    person = make_staff("admin", name=UNBROKEN)
    note = f"{MARKUP} {LONG}"[:500]
    wanted = Movement(owner.id, change_credits, ReasonCode.CORRECTION, uuid4(), person.id, note=note)
    return request_adjustment(wanted).id


def _view() -> str:
    """Somebody's view that everybody may open; its token."""
    address = "/campaigns?q=" + "x" * 1_900
    return save_view(f"{MARKUP} {UNBROKEN}"[:120], address, is_shared=True, actor_id=make_staff().id)


def _report(token: str) -> int:
    """Somebody's report of the view, which nobody could send yet and nobody ever can; its number."""
    report_id = subscribe(token, reader_id=make_staff(name=UNBROKEN).id)
    for is_final in (True, False):
        delivery = ReportDelivery(report_id=report_id, due_at=utc_now(), next_try_at=utc_now())
        db.session.add(delivery)
        db.session.commit()
        begin_try(delivery.id)
        note_failure(delivery.id, f"{LONG} {UNBROKEN} {MARKUP}", is_final=is_final)
    return report_id


def _verification() -> int:
    """A verification that found campaigns which nobody paid for; its number."""
    number = request_verification(asked_by=None)
    finish_verification(number, list(verify()))
    return number


def _export(owner) -> int:
    """Somebody's export that waits for a worker; its number."""
    asked = figures_of(Wanted(owner_id=owner.id, name=UNBROKEN), "newest")
    return request_export(FIGURES, asked, actor_id=make_staff("manager", name=UNBROKEN).id)


def _operation(contacts) -> int:
    """An operation that is done, was undone in part, and one that waits; its number."""
    owner_id, longest = contacts[0].owner_id, f"{MARKUP} {UNBROKEN}"[:60]
    number = done(owner_id, "tag", ticked(*contacts), tag_name=longest, reason=f"{MARKUP} {LONG}"[:500])
    done(owner_id, "untag", ticked(*contacts[:3]), tag_id=tag_of(number))
    undone(owner_id, number)
    done(owner_id, "tag", ticked(*contacts), tag_name=longest)
    start(owner_id, "unsubscribe", ticked(*contacts))
    return number


def _file(owner) -> int:
    """A file of contacts that was read, of which much is left out; its number."""
    owner_id, person = owner.id, make_staff("support", name=UNBROKEN)
    bad = "".join(f'{n},"{MARKUP.replace(chr(34), chr(39))}",{UNBROKEN},x\n' for n in range(30))
    content = f"Phone,First name,{UNBROKEN},Email\n6984303406,{UNBROKEN},שרה,\n{bad}"
    name = f"{UNBROKEN} {MARKUP}.csv"
    import_id = keep_file(owner_id, name, [content.encode()], list_id=None, actor_id=person.id)
    check_file(owner_id, import_id, 1, lambda _: None)
    end_jobs()
    return import_id


def end_jobs() -> None:
    """All jobs that were asked for are done."""
    db.session.execute(text("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo'"))
    db.session.commit()


def _jobs() -> None:
    """A job in every state, with as much to say as there can be."""
    db.session.execute(
        text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts)"
            " SELECT 'default', name, 'todo', 2 FROM unnest(ARRAY['jobs.clean_up', :gone]) AS name,"
            " unnest(enum_range(NULL::procrastinate_job_status))"
        ),
        {"gone": UNBROKEN},
    )
    states = "UPDATE procrastinate_jobs SET status = (enum_range(NULL::procrastinate_job_status))[1 + id % 7]"
    db.session.execute(text(states))
    for job_id in db.session.scalars(select(Job.id)).all():
        report = JobReport(job_id=job_id, done=12_345, total=67_890, failure=f"{MARKUP} {UNBROKEN} {LONG}")
        db.session.merge(report)
    db.session.commit()


def _import() -> int:
    """An import that left rows out; its number."""
    run = ImportRun(source="reader@db.example.com:5432/platform", country="GR")
    db.session.add(run)
    db.session.flush()
    db.session.add(ImportStep(run_id=run.id, source_table="contacts", source_rows=9, rows_read=2, left_out=2))
    for n in range(2):
        db.session.add(
            ImportIssue(
                run_id=run.id,
                source_table="contacts",
                source_id=n,
                reason_code="phone",
                reason=f"{MARKUP} is no phone number",
                done="left out",
                row={"first_name": UNBROKEN, "phone": MARKUP},
            )
        )
    db.session.commit()
    return run.id
