"""Imports of contacts: a file, what was found in it, what was made of it."""

from uuid import UUID

from flask import Blueprint, Response, current_app, flash, request, stream_with_context, url_for
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.contact_imports import commands, queries, words
from dashboard.contact_imports.forms import ImportFilter, ReadingForm, StartForm, UploadForm
from dashboard.contact_imports.outcomes import Done, Draft, Found
from dashboard.contact_imports.reading.plans import FIELDS, Plan, column_name
from dashboard.exports.words import file_size
from dashboard.owners import queries as owners
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.forms import Form
from dashboard.web.paging import here, stand_at

FORM_BYTES = 100_000  #: of an upload that are not the file

bp = Blueprint("contact_imports", __name__)


@bp.url_value_preprocessor
def allow_files(endpoint: str | None, _: object) -> None:
    # Before anything reads the form; every other form stays as small as it was.
    if endpoint == "contact_imports.create":
        request.max_content_length = current_app.config["IMPORT_MAX_MB"] * 1_000_000 + FORM_BYTES


@bp.get("/contact-imports")
@requires(Permission.READ)
def index():
    form = ImportFilter(owners=owners.names())
    page = queries.page(owner_id=form.wanted("owner"), at=here())
    return htmx.render("contact_imports/index.html", "results", form=form, page=page, found_in=found_in)


@bp.get("/contact-imports/new")
@requires(Permission.CONTACT_CHANGE)
def new():
    asked = {name: request.args.get(name, "") for name in ("owner", "list")}
    return render_upload(
        UploadForm(owners.names(), formdata=None, data={"owner": asked["owner"], "list_id": asked["list"]})
    )


@bp.post("/contact-imports/new")
@requires(Permission.CONTACT_CHANGE)
def create():
    form = UploadForm(owners.names())
    if form.validate_on_submit():
        with form.showing_refusals():
            owner_id = form.owner.data
            import_id = commands.keep_file(
                owner_id,
                form.file.data.filename,
                form.pieces(),
                list_id=form.list_id.data,
                actor_id=current_user.id,
            )
            return htmx.go(url_for(".show", owner_id=owner_id, import_id=import_id))
    return render_upload(form, status=form.status)


@bp.errorhandler(RequestEntityTooLarge)
def refuse_large(_: RequestEntityTooLarge):
    form = UploadForm(owners.names(), formdata=None)
    most = current_app.config["IMPORT_MAX_MB"]
    form.file.errors = [f"The file is larger than {most:,} MB. Split it, and import the parts one by one."]
    return render_upload(form, status=413)


@bp.get("/owners/<int:owner_id>/contact-imports/<int:import_id>")
@requires(Permission.READ)
def show(owner_id: int, import_id: int):
    return render_import(owner_id, import_id)


@bp.post("/owners/<int:owner_id>/contact-imports/<int:import_id>/checks")
@requires(Permission.CONTACT_CHANGE)
def check(owner_id: int, import_id: int):
    found = queries.get(owner_id, import_id)
    form = ReadingForm(found.sample or [], plan_of(found)) if found.plan else Form()
    # Both forms of the page are sent together, so that what is typed into the other one comes back.
    other = StartForm(queries.lists_of(owner_id)) if "consent" in request.form else None
    if form.validate_on_submit():
        with form.showing_refusals():
            plan = form.plan() if found.plan else None
            draft = other.draft() if other else None
            commands.check_again(owner_id, import_id, plan, draft=draft, actor_id=current_user.id)
            return htmx.go(url_for(".show", owner_id=owner_id, import_id=import_id))
    return render_import(owner_id, import_id, reading=form, start=other, status=form.status)


@bp.post("/owners/<int:owner_id>/contact-imports/<int:import_id>/start")
@requires(Permission.CONTACT_CHANGE)
def start(owner_id: int, import_id: int):
    form = StartForm(queries.lists_of(owner_id))
    if form.validate_on_submit():
        with form.showing_refusals():
            commands.start(
                owner_id,
                import_id,
                form.options(),
                consent=form.consent.data,
                check_no=form.check_no.data,
                idempotency_key=UUID(form.idempotency_key.data),
                actor_id=current_user.id,
            )
            return htmx.go(url_for(".show", owner_id=owner_id, import_id=import_id))
    return render_import(owner_id, import_id, start=form, status=form.status)


@bp.post("/owners/<int:owner_id>/contact-imports/<int:import_id>/resumptions")
@requires(Permission.CONTACT_CHANGE)
def resume(owner_id: int, import_id: int):
    form = Form()
    with form.showing_refusals():
        commands.go_on(owner_id, import_id, actor_id=current_user.id)
        flash("The import goes on.", "info")
    for sentence in form.refusals:
        flash(sentence, "error")
    return htmx.go(url_for(".show", owner_id=owner_id, import_id=import_id))


@bp.get("/owners/<int:owner_id>/contact-imports/<int:import_id>/left-out.csv")
@requires(Permission.CONTACT_CHANGE)
def download(owner_id: int, import_id: int):
    found = queries.get(owner_id, import_id)
    commands.note_download(owner_id, import_id, actor_id=current_user.id)
    rows = words.left_out(heading_of(found), queries.stream_problems(owner_id, import_id))
    answer = Response(stream_with_context(rows), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"left-out-{import_id}.csv")
    return answer


def render_upload(form: UploadForm, *, status: int = 200):
    return htmx.render("contact_imports/new.html", "upload", form=form, status=status)


def render_import(
    owner_id: int,
    import_id: int,
    *,
    reading: Form | None = None,
    start: StartForm | None = None,
    status: int = 200,
):
    """The import's page, or the block `import`; with the forms that were sent."""
    found = queries.get(owner_id, import_id)
    stand_at(".show", owner_id=owner_id, import_id=import_id)
    plan, draft = plan_of(found), Draft.of_json(found.options)
    options, lists = draft.options, queries.lists_of(owner_id)
    start = start or StartForm(lists, formdata=None, data=shown_of(draft))
    start.check_no.data = found.check_no  # what is looked at now, whatever was before
    return htmx.render(
        "contact_imports/show.html",
        "import",
        one=found,
        plan=plan,
        found=found_in(found),
        done=Done(**found.done) if found.done else None,
        options=options,
        list_name=next((one.name for one in lists if one.id == options.list_id), None),
        reading=reading or ReadingForm(found.sample or [], plan, formdata=None),
        start=start,
        problems=queries.first_problems(owner_id, import_id),
        fields=FIELDS,
        column_name=column_name,
        file_size=file_size,
        status=status,
    )


def shown_of(draft: Draft) -> dict:
    """What the form shows of what was filled in."""
    return draft.as_json() | {"list_id": draft.options.list_id or ""}


def found_in(one) -> Found | None:
    """What a check found in the file; None before its end."""
    return Found(**one.found) if one.found else None


def plan_of(one) -> Plan:
    """How the file is read."""
    return Plan.of_json(one.plan) if one.plan else Plan()


def heading_of(one) -> list[str]:
    """What the columns of the file are called."""
    sample, plan = one.sample or [], plan_of(one)
    width = max([len(row) for row in sample] + [column + 1 for column in plan.columns.values()], default=0)
    names = sample[0] if sample and plan.has_heading else []
    return [names[n] if n < len(names) and names[n] else f"Column {column_name(n)}" for n in range(width)]
