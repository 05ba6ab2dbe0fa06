"""Lists, and who is on them."""

import json
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_login import current_user

from dashboard.audiences import queries as audiences
from dashboard.audiences import words
from dashboard.audiences.audience import Audience
from dashboard.audiences.exports.kinds import CONTACTS, contacts_of
from dashboard.audiences.filter import AudienceForm
from dashboard.core.phones import international
from dashboard.core.versions import version_of
from dashboard.exports.answers import hand_over
from dashboard.lists import commands, queries
from dashboard.lists.forms import (
    MOST_TICKED,
    DynamicListForm,
    ListFilter,
    ListForm,
    MemberForm,
    NewListForm,
    SelectionForm,
)
from dashboard.owners import queries as owners
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.filters import plural
from dashboard.web.forms import Form
from dashboard.web.paging import here, stand_at, with_filters

bp = Blueprint("lists", __name__)

SCHEDULED_SHOWN = 5  #: campaigns that are named beside the form


@bp.get("/lists")
@requires(Permission.READ)
def index():
    form = ListFilter(owners=owners.names())
    wanted = queries.Wanted(name=form.wanted("q"), owner_id=form.wanted("owner"))
    return htmx.render("lists/index.html", "results", form=form, page=queries.page(wanted, at=here()))


@bp.get("/owners/<int:owner_id>/lists/<int:list_id>")
@requires(Permission.READ)
def show(owner_id: int, list_id: int):
    return render_list(owner_id, list_id, MemberForm())


@bp.route("/owners/<int:owner_id>/lists/<int:list_id>.csv", methods=["GET", "POST"])
@requires(Permission.CONTACT_CHANGE)
def export(owner_id: int, list_id: int):
    found = queries.get(owner_id, list_id)
    filter = AudienceForm(owner_id, is_dynamic=found.is_dynamic)
    if filter.errors:
        # The page says at the field what is wrong.
        return htmx.go(with_filters(".show", owner_id=owner_id, list_id=list_id))
    ticked = SelectionForm.ticked(request.args.getlist("ids"))
    return hand_over(CONTACTS, contacts_of(owner_id, filter.audience(list_id), ticked))


@bp.post("/owners/<int:owner_id>/lists/<int:list_id>/selection")
@requires(Permission.LIST_CHANGE)
def select(owner_id: int, list_id: int):
    """Lead on to what shall be done to the ticked contacts, or to all that match the address's filters."""
    filter = AudienceForm(owner_id, is_dynamic=queries.get(owner_id, list_id).is_dynamic)
    form, ticked = SelectionForm(), SelectionForm.ticked(request.form.getlist("ids"))
    whose: dict[str, Any] = {"ids": ticked} if form.which.data == "ticked" else {}
    if filter.errors:
        wrong = "Mend the filters first."
    elif not form.validate() or whose == {"ids": []}:
        wrong = "Tick the contacts first, or choose all that match."
    elif len(whose.get("ids", [])) > MOST_TICKED:
        wrong = f"At most {MOST_TICKED} contacts can be ticked. Untick some, or choose all that match."
    else:
        wrong = None
    if wrong:
        flash(wrong, "error")
        return htmx.go(with_filters(".show", owner_id=owner_id, list_id=list_id))
    if form.action.data == "export":
        return htmx.go(with_filters(".export", owner_id=owner_id, list_id=list_id, **whose))
    what: dict[str, Any] = {
        "kind": form.action.data,
        "list_id": list_id if form.action.data == "list_remove" else None,
    }
    if not whose:
        whose = {"audience": json.dumps(filter.audience(list_id).as_json())}
    return htmx.go(url_for("operations.new", owner_id=owner_id, **what, **whose))


@bp.post("/owners/<int:owner_id>/lists/<int:list_id>/members")
@requires(Permission.LIST_CHANGE)
def add_member(owner_id: int, list_id: int):
    form = MemberForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            contact = commands.add_member(owner_id, list_id, form.phone.data, actor_id=current_user.id)
            but = "" if contact.is_subscribed else " It is unsubscribed, so it gets no messages."
            flash(f"{international(contact.phone)} is on the list.{but}", "success" if not but else "info")
            return back_to_list(owner_id, list_id)
    return render_list(owner_id, list_id, form, status=form.status)


@bp.post("/owners/<int:owner_id>/lists/<int:list_id>/members/<int:contact_id>/removal")
@requires(Permission.LIST_CHANGE)
def remove_member(owner_id: int, list_id: int, contact_id: int):
    form = Form()
    with form.showing_refusals():
        commands.remove_member(owner_id, list_id, contact_id, actor_id=current_user.id)
        flash("The contact was taken off the list.")
    for sentence in form.refusals:
        flash(sentence, "error")
    return back_to_list(owner_id, list_id)


@bp.get("/owners/<int:owner_id>/lists/new")
@requires(Permission.LIST_CHANGE)
def new(owner_id: int):
    # A page with filters leads here with them.
    return render_form(owner_id, NewListForm(owner_id, formdata=request.args or None))


@bp.post("/owners/<int:owner_id>/lists/new")
@requires(Permission.LIST_CHANGE)
def create(owner_id: int):
    form = NewListForm(owner_id)
    if form.validate_on_submit():
        with form.showing_refusals():
            list_id = commands.create_list(
                owner_id,
                form.name.data,
                form.description.data or None,
                definition=form.definition,
                actor_id=current_user.id,
            )
            flash("The list was made." if form.definition else "The list was made. Add its first members.")
            return htmx.go(url_for(".show", owner_id=owner_id, list_id=list_id))
    return render_form(owner_id, form, status=form.status)


@bp.get("/owners/<int:owner_id>/lists/<int:list_id>/edit")
@requires(Permission.LIST_CHANGE)
def edit(owner_id: int, list_id: int):
    found = queries.get(owner_id, list_id)
    given = dict(found._mapping) | {"seen": version_of(found, commands.EDITABLE)}
    return render_form(owner_id, form_of(found, data=given | form_data(found)), found)


@bp.post("/owners/<int:owner_id>/lists/<int:list_id>/edit")
@requires(Permission.LIST_CHANGE)
def update(owner_id: int, list_id: int):
    found = queries.get(owner_id, list_id)
    form = form_of(found, data=form_data(found))
    if form.validate_on_submit():
        with form.showing_refusals():
            commands.edit_list(
                owner_id,
                list_id,
                form.name.data,
                form.description.data or None,
                definition=form.definition,
                actor_id=current_user.id,
                seen=form.seen.data,
            )
            flash(f"The list was saved.{words_of_count(owner_id, list_id)}")
            return htmx.go(url_for(".show", owner_id=owner_id, list_id=list_id))
    return render_form(owner_id, form, found, status=form.status)


def form_of(found, **kwargs) -> ListForm:
    """The form of the list's kind."""
    return DynamicListForm(found.owner_id, **kwargs) if found.is_dynamic else ListForm(**kwargs)


def form_data(found) -> dict:
    """What a dynamic list asks for, as the fields of its form have it."""
    return DynamicListForm.data_of(Audience.of_json(found.definition)) if found.is_dynamic else {}


def words_of_count(owner_id: int, list_id: int) -> str:
    """A sentence on how many match a dynamic list, where that is told soon; else its page counts them."""
    found = queries.get(owner_id, list_id)
    count = queries.matching(found, Audience(list_id=list_id), in_any_case=False)
    if not found.is_dynamic or count is None:
        return ""
    return f" {plural(count.number, 'contact matches', 'contacts match')} now."


def back_to_list(owner_id: int, list_id: int):
    """The list as the person saw it, with the filter that the form's address carries."""
    if htmx.is_partial():
        return render_list(owner_id, list_id, MemberForm(formdata=None))
    return htmx.go(with_filters(".show", owner_id=owner_id, list_id=list_id))


def render_list(owner_id: int, list_id: int, form: MemberForm, *, status: int = 200):
    stand_at(".show", owner_id=owner_id, list_id=list_id)
    found = queries.get(owner_id, list_id)
    filter = AudienceForm(owner_id, is_dynamic=found.is_dynamic)
    audience, asked = filter.audience(list_id), filter.asked
    return htmx.render(
        "lists/show.html",
        "list",
        list=found,
        form=form,
        filter=filter,
        phrases=words.phrases(owner_id, audience),
        definition=words.sentence(owner_id, Audience.of_json(found.definition)) if found.is_dynamic else None,
        page=audiences.page(owner_id, audience, at=here()),
        matching=queries.matching(found, audience, in_any_case="count" in request.args),
        looked_through=audiences.LOOKED_THROUGH,
        asked=asked,
        cleared=dict.fromkeys(asked.keys() - {"is_subscribed"}),
        segment_url=url_for(".new", owner_id=owner_id, kind="dynamic", list_id=list_id, **asked),
        status=status,
    )


def render_form(owner_id: int, form: ListForm, found=None, *, status: int = 200):
    heading = "Make a list" if not found else "Edit the list" if found.is_dynamic else "Rename the list"
    return htmx.render(
        "lists/form.html",
        "list_form",
        owner=owners.get(owner_id),
        list=found,
        scheduled=queries.scheduled(owner_id, found.id, most=SCHEDULED_SHOWN + 1) if found else [],
        most=SCHEDULED_SHOWN,
        form=form,
        heading=heading,
        status=status,
    )
