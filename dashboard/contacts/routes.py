"""Contacts: found, known, and changed with a reason."""

from flask import Blueprint, flash, request, url_for
from flask_login import current_user

from dashboard.campaigns.failures import reason
from dashboard.contacts import commands, queries
from dashboard.contacts.erasure import queries as erasures
from dashboard.contacts.forms import STATES, ContactFilter, ContactForm, NewContactForm
from dashboard.contacts.locks import ERASED
from dashboard.contacts.notes.forms import NoteForm
from dashboard.contacts.past import queries as past
from dashboard.contacts.subscriptions.forms import SubscriptionForm
from dashboard.contacts.tags.forms import TagForm
from dashboard.contacts.timeline import queries as timeline
from dashboard.contacts.timeline import words
from dashboard.contacts.timeline.forms import TABS, TimelineForm
from dashboard.contacts.why import queries as why
from dashboard.core.phones import international
from dashboard.core.versions import version_of
from dashboard.owners import queries as owners
from dashboard.tags import queries as tags
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import here, stand_at, with_filters

bp = Blueprint("contacts", __name__)


@bp.get("/contacts")
@requires(Permission.READ)
def index():
    form = ContactFilter(owners=owners.names())
    wanted = queries.Wanted(
        typed=form.wanted("q"),
        owner_id=form.wanted("owner"),
        is_subscribed=STATES[form.wanted("is_subscribed") or ""],
    )
    is_short = wanted.typed is not None and not queries.is_enough(wanted.typed)
    found = queries.page(wanted, at=here())
    return htmx.render(
        "contacts/index.html", "results", form=form, found=found, is_short=is_short, wanted=wanted
    )


@bp.get("/owners/<int:owner_id>/contacts/<int:contact_id>")
@requires(Permission.READ)
def show(owner_id: int, contact_id: int):
    return render_contact(owner_id, contact_id)


@bp.get("/owners/<int:owner_id>/contacts/new")
@requires(Permission.CONTACT_CHANGE)
def new(owner_id: int):
    return render_form(owner_id, NewContactForm(phone=request.args.get("phone")))


@bp.post("/owners/<int:owner_id>/contacts/new")
@requires(Permission.CONTACT_CHANGE)
def create(owner_id: int):
    form = NewContactForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            contact_id = commands.create_contact(
                owner_id, form.person(), consent=form.consent.data, actor_id=current_user.id
            )
            flash(f"The contact {number_of(owner_id, contact_id)} was added.")
            return htmx.go(url_for(".show", owner_id=owner_id, contact_id=contact_id))
    return render_form(owner_id, form, status=form.status)


@bp.get("/owners/<int:owner_id>/contacts/<int:contact_id>/edit")
@requires(Permission.CONTACT_CHANGE)
def edit(owner_id: int, contact_id: int):
    contact = queries.get(owner_id, contact_id)
    if contact.erased_at:
        return refuse_erased(owner_id, contact_id)
    shown = dict(contact._mapping) | {"phone": international(contact.phone), "gender": contact.gender or ""}
    shown["seen"] = version_of(contact, commands.EDITABLE)
    return render_form(owner_id, ContactForm(data=shown), contact)


@bp.post("/owners/<int:owner_id>/contacts/<int:contact_id>/edit")
@requires(Permission.CONTACT_CHANGE)
def update(owner_id: int, contact_id: int):
    form = ContactForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            commands.edit_contact(
                owner_id, contact_id, form.person(), actor_id=current_user.id, seen=form.seen.data
            )
            flash(f"The contact {number_of(owner_id, contact_id)} was saved.")
            return htmx.go(url_for(".show", owner_id=owner_id, contact_id=contact_id))
    return render_form(owner_id, form, queries.get(owner_id, contact_id), status=form.status)


def number_of(owner_id: int, contact_id: int) -> str:
    """The contact's number as it is kept, in international format."""
    return international(queries.get(owner_id, contact_id).phone)


def refuse_erased(owner_id: int, contact_id: int):
    """Lead from a page that changes a contact to the one that says why it cannot be changed."""
    flash(ERASED, "error")
    return htmx.go(url_for("contacts.show", owner_id=owner_id, contact_id=contact_id))


def render_contact(
    owner_id: int,
    contact_id: int,
    form: SubscriptionForm | None = None,
    note_form: NoteForm | None = None,
    tag_form: TagForm | None = None,
    *,
    status: int = 200,
):
    """The contact's page, or the block `contact`; with the forms that were sent."""
    contact = queries.get(owner_id, contact_id)
    stand_at("contacts.show", owner_id=owner_id, contact_id=contact_id)
    asked = TimelineForm(contact.timezone)
    until, shown = asked.until, asked.wanted("kind")
    form = form or SubscriptionForm(formdata=None)
    note_form = note_form or NoteForm(formdata=None)
    tag_form = tag_form or TagForm(formdata=None)
    htmx.keep_typed(form, note_form, tag_form)
    return htmx.render(
        "contacts/show.html",
        "contact",
        contact=contact,
        erasure=erasures.erasure(owner_id, contact_id) if contact.erased_at else None,
        form=form,
        note_form=note_form,
        tag_form=tag_form,
        tags=tags.tags_of(owner_id, contact_id),
        known_tags=tags.names(owner_id),
        asked=asked,
        latest=past.turn(owner_id, contact_id),
        suppressed_since=queries.suppressed_since(owner_id, contact.phone),
        past=past.state(owner_id, contact_id, until) if until else None,
        lists=queries.lists_of(owner_id, contact_id),
        fate=timeline.fate(owner_id, contact_id),
        shown=shown,
        tabs=TABS,
        page=timeline.page(owner_id, contact_id, shown=shown, until=until, at=here()),
        recent=why.recent_campaigns(owner_id),
        words=words,
        with_filters=with_filters,
        reason_of=reason,
        status=status,
    )


def render_form(owner_id: int, form: ContactForm, contact=None, *, status: int = 200):
    owner = owners.get(owner_id)
    return htmx.render(
        "contacts/form.html", "contact_form", owner=owner, contact=contact, form=form, status=status
    )
