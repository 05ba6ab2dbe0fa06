"""Signing in and out, and how the pages look to the person."""

from flask import Blueprint, flash, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user

from dashboard.staff import commands, queries
from dashboard.staff.forms import SignInForm
from dashboard.web.access import public
from dashboard.web.extensions import login_manager
from dashboard.web.htmx import go, render
from dashboard.web.urls import is_own_path

bp = Blueprint("staff", __name__)

login_manager.user_loader(queries.signed_in)

THEMES = ("light", "dark", "system")


@bp.get("/sign-in")
@public("one signs in here")
def sign_in():
    if current_user.is_authenticated:
        return redirect(url_for("overview.index"), 303)
    return render("staff/sign_in.html", "sign_in", form=SignInForm())


@bp.post("/sign-in")
@public("one signs in here")
def create_session():
    form = SignInForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            person = commands.sign_in(form.email.data, form.password.data)
            # A session that was open before, maybe planted by somebody else, ends here.
            session.clear()
            login_user(person)
            session.permanent = True
            wanted = request.args.get("next", "")
            return go(wanted if is_own_path(wanted) else url_for("overview.index"))
    return render("staff/sign_in.html", "sign_in", form=form, status=form.status)


@bp.post("/sign-out")
@public("whoever has no session is signed out already")
def end_session():
    logout_user()
    session.clear()
    flash("You are signed out.", "info")
    return go(url_for(".sign_in"))


@bp.post("/theme")
@public("the sign-in page has the switch too")
def choose_theme():
    wanted = request.form.get("back", "")
    answer = go(wanted if is_own_path(wanted) else url_for("overview.index"))
    theme = request.form.get("theme", "")
    if theme in THEMES:
        answer.set_cookie("theme", theme, max_age=31_536_000, samesite="Lax", secure=request.is_secure)
    return answer
