"""Lists, and who is on them."""

from flask import Blueprint, flash, url_for
from flask_login import current_user

from dashboard.core.phones import international
from dashboard.core.versions import version_of
from dashboard.lists import commands, queries
from dashboard.lists.forms import STATES, ListFilter, ListForm, MemberForm, MemberStateFilter, RenameForm
from dashboard.owners import queries as owners
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.forms import Form
from dashboard.web.paging import here, stand_at, with_filters

bp = Blueprint("lists", __name__)


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
    return render_form(owner_id, ListForm())


@bp.post("/owners/<int:owner_id>/lists/new")
@requires(Permission.LIST_CHANGE)
def create(owner_id: int):
    form = ListForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            list_id = commands.create_list(
                owner_id, form.name.data, form.description.data or None, actor_id=current_user.id
            )
            flash("The list was made. Add its first members.")
            return htmx.go(url_for(".show", owner_id=owner_id, list_id=list_id))
    return render_form(owner_id, form, status=form.status)


@bp.get("/owners/<int:owner_id>/lists/<int:list_id>/edit")
@requires(Permission.LIST_CHANGE)
def edit(owner_id: int, list_id: int):
    found = queries.get(owner_id, list_id)
    return render_form(
        owner_id,
        RenameForm(data=dict(found._mapping) | {"seen": version_of(found, commands.EDITABLE)}),
        found,
    )


@bp.post("/owners/<int:owner_id>/lists/<int:list_id>/edit")
@requires(Permission.LIST_CHANGE)
def update(owner_id: int, list_id: int):
    form = RenameForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            commands.rename_list(
                owner_id,
                list_id,
                form.name.data,
                form.description.data or None,
                actor_id=current_user.id,
                seen=form.seen.data,
            )
            flash("The list was saved.")
            return htmx.go(url_for(".show", owner_id=owner_id, list_id=list_id))
    return render_form(owner_id, form, queries.get(owner_id, list_id), status=form.status)


def back_to_list(owner_id: int, list_id: int):
    """The list as the person saw it, with the filter that the form's address carries."""
    if htmx.is_partial():
        return render_list(owner_id, list_id, MemberForm(formdata=None))
    return htmx.go(with_filters(".show", owner_id=owner_id, list_id=list_id))


def render_list(owner_id: int, list_id: int, form: MemberForm, *, status: int = 200):
    stand_at(".show", owner_id=owner_id, list_id=list_id)
    wanted = STATES[MemberStateFilter().wanted("is_subscribed") or ""]
    return htmx.render(
        "lists/show.html",
        "list",
        list=queries.get(owner_id, list_id),
        form=form,
        is_subscribed=wanted,
        page=queries.member_page(owner_id, list_id, queries.MemberFilter(is_subscribed=wanted), at=here()),
        status=status,
    )


def render_form(owner_id: int, form: ListForm, found=None, *, status: int = 200):
    owner = owners.get(owner_id)
    return htmx.render("lists/form.html", "list_form", owner=owner, list=found, form=form, status=status)
