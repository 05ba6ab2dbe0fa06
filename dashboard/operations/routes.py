"""Changing many contacts: what it would do, its start, how far it is, what it did, and its undo."""

from uuid import UUID

from flask import Blueprint, abort, flash, request, url_for
from flask_login import current_user

from dashboard.audiences import words as audience_words
from dashboard.contact_imports import queries as imports
from dashboard.operations import commands, queries, words
from dashboard.operations.forms import OperationFilter, OperationForm, OutcomeFilter, UndoForm
from dashboard.operations.models import Kind
from dashboard.operations.selections import Selection
from dashboard.owners import queries as owners
from dashboard.tags import queries as tags
from dashboard.web import htmx
from dashboard.web.access import Permission, may, requires
from dashboard.web.filters import plural
from dashboard.web.forms import Form
from dashboard.web.paging import here

bp = Blueprint("operations", __name__)


@bp.get("/operations")
@requires(Permission.READ)
def index():
    form = OperationFilter(owners=owners.names())
    wanted = queries.Wanted(owner_id=form.wanted("owner"), kind=form.wanted("kind"))
    return htmx.render(
        "operations/index.html", "results", form=form, page=queries.page(wanted, at=here()), words=words
    )


@bp.get("/owners/<int:owner_id>/operations/new")
@requires(Permission.CONTACT_CHANGE)
def new(owner_id: int):
    """The preview; the address says what and whose, see `OperationForm`."""
    form = asked(formdata=request.args)
    if form.kind.data == Kind.TAG and form.arguments is None and form.chosen_tag is not None:
        form.tag_name.data = tags.name_of(owner_id, form.chosen_tag) or ""
    return render_preview(owner_id, form, counted(owner_id, form))


@bp.get("/owners/<int:owner_id>/operations/preview")
@requires(Permission.CONTACT_CHANGE)
def preview_anew(owner_id: int):
    """Whoever comes by the address alone has sent no contacts: it says how to choose some."""
    return htmx.go(url_for(".new", owner_id=owner_id))


@bp.post("/owners/<int:owner_id>/operations/preview")
@requires(Permission.CONTACT_CHANGE)
def preview(owner_id: int):
    form = asked()
    form.validate_on_submit()
    preview = counted(owner_id, form)
    return render_preview(owner_id, form, preview, status=form.status if form.errors else 200)


@bp.post("/owners/<int:owner_id>/operations")
@requires(Permission.CONTACT_CHANGE)
def create(owner_id: int):
    form = asked()
    is_whole = form.validate_on_submit()
    preview = counted(owner_id, form)
    if is_whole and preview and form.selection and form.is_as_seen(preview.would_change):
        with form.showing_refusals():
            number = commands.start(
                owner_id,
                form.kind.data,
                selection=form.selection,
                arguments=form.arguments or {},
                reason=form.reason.data or None,
                idempotency_key=UUID(form.idempotency_key.data),
                actor_id=current_user.id,
                confirmed=form.counted.data,
            )
            flash(f"Operation {number:,} is under way.", "info")
            return htmx.go(url_for(".show", owner_id=owner_id, operation_id=number))
    return render_preview(owner_id, form, preview, status=form.status)


@bp.get("/owners/<int:owner_id>/operations/<int:operation_id>")
@requires(Permission.READ)
def show(owner_id: int, operation_id: int):
    operation = queries.get(owner_id, operation_id)
    if operation.kind == Kind.IMPORT:
        # The file's page says what became of it.
        import_id = imports.of_operation(owner_id, operation_id)
        return htmx.go(url_for("contact_imports.show", owner_id=owner_id, import_id=import_id))
    outcome = OutcomeFilter().wanted("outcome")
    moves = operation.state in ("waiting", "running")
    return htmx.render(
        "operations/show.html",
        "operation",
        operation=operation,
        outcome=outcome,
        page=None if moves else queries.contact_page(owner_id, operation_id, outcome=outcome, at=here()),
        moves=moves,
        words=words,
        whose=whose(owner_id, operation.selection and Selection.of_json(operation.selection)),
        why_not_undone=commands.why_not_undone(
            operation.kind, operation.changed, has_finished=operation.finished_at is not None
        ),
        form=UndoForm(formdata=None),
    )


@bp.post("/owners/<int:owner_id>/operations/<int:operation_id>/undo")
@requires(Permission.CONTACT_CHANGE)
def undo(owner_id: int, operation_id: int):
    allow(queries.get(owner_id, operation_id).kind)
    form = UndoForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            operation_id = commands.undo(
                owner_id,
                operation_id,
                idempotency_key=UUID(form.idempotency_key.data),
                actor_id=current_user.id,
            )
            flash(f"Operation {operation_id:,} is under way.", "info")
    return back_to_operation(owner_id, operation_id, form)


@bp.post("/owners/<int:owner_id>/operations/<int:operation_id>/resumptions")
@requires(Permission.CONTACT_CHANGE)
def resume(owner_id: int, operation_id: int):
    form = Form()
    with form.showing_refusals():
        commands.resume(owner_id, operation_id, actor_id=current_user.id)
        flash(f"Operation {operation_id:,} goes on.", "info")
    return back_to_operation(owner_id, operation_id, form)


def back_to_operation(owner_id: int, operation_id: int, form: Form):
    for sentence in form.refusals:
        flash(sentence, "error")
    return htmx.go(url_for(".show", owner_id=owner_id, operation_id=operation_id))


def asked(**source) -> OperationForm:
    """The form that was sent, if the person may start what it asks for."""
    form = OperationForm(**source)
    allow(form.kind.data)
    return form


def allow(kind: str | None) -> None:
    """Refuse what the person's role may not."""
    needed = (
        Permission.LIST_CHANGE if kind in (Kind.LIST_ADD, Kind.LIST_REMOVE) else Permission.CONTACT_CHANGE
    )
    if not may(needed):
        abort(403, f"Your role may not {needed.value}.")


def whose(owner_id: int, selection: Selection | None) -> str | None:
    """Whom an operation is asked for, in words; None where nobody chose."""
    if selection is None:
        return None
    if selection.audience is not None:
        return f"All that match: {audience_words.sentence(owner_id, selection.audience)}"
    return plural(len(selection.ids or ()), "ticked contact")


def counted(owner_id: int, form: OperationForm) -> queries.Preview | None:
    """What it would do; None where nobody or no target is chosen, or one that does not go, which is said."""
    if form.selection and form.arguments is not None:
        with form.showing_refusals():
            return queries.preview(owner_id, form.kind.data, form.selection, form.arguments)
    return None


def render_preview(owner_id: int, form: OperationForm, preview: queries.Preview | None, *, status: int = 200):
    owner = owners.get(owner_id)
    # A tag to take off is chosen and not typed, so that all are offered.
    offered = tags.names(owner_id, most=None if form.kind.data == Kind.UNTAG else tags.MOST_OFFERED)
    form.offer(queries.list_choices(owner_id, form.chosen_list), offered)
    form.seen.data = form.target
    form.counted.data = preview.would_change if preview else None
    return htmx.render(
        "operations/new.html",
        "preview",
        owner=owner,
        form=form,
        preview=preview,
        words=words,
        whose=whose(owner_id, form.selection),
        status=status,
    )
