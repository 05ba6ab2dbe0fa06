"""Sign in, and keep the accounts of those who may."""

from zoneinfo import available_timezones

from sqlalchemy import func, select, update

from dashboard.audit.commands import record
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Missing
from dashboard.core.transactions import command
from dashboard.staff import passwords
from dashboard.staff.models import Role, Staff
from dashboard.staff.queries import SignedIn


class NotSignedIn(DomainError):
    """The email and the password do not belong together, or the account is closed; which, it hides."""

    status = 401


@command
def sign_in(email: str, password: str) -> SignedIn:
    """Open a session.

    Raises:
        NotSignedIn: no such account, a wrong password, or a disabled account.
    """
    staff = db.session.scalar(select(Staff).where(Staff.email == email.strip().lower()))
    # The hash is verified in each case, so that the time does not tell either.
    is_right = passwords.fits(password, staff.password_hash if staff else None)
    if staff is None or not is_right or staff.disabled_at is not None:
        raise NotSignedIn("That email and password do not belong together.", field="password")
    staff.last_signed_in_at = func.now()
    if passwords.is_outdated(staff.password_hash):
        staff.password_hash = passwords.hashed(password)
    record("session.start", f"staff:{staff.id}", staff_id=staff.id)
    return SignedIn(staff.id, staff.name, staff.email, staff.role, staff.timezone, staff.session_no)


def confirm_password(staff_id: int, password: str) -> None:
    """See that it is really the person at the keyboard who approves something grave.

    Raises:
        DomainError: that is not the person's password.
    """
    kept: str | None = db.session.scalar(select(Staff.password_hash).where(Staff.id == staff_id))
    if not passwords.fits(password, kept):
        raise DomainError("That is not your password.", field="password")


@command
def create_staff(email: str, name: str, role: str, password: str, *, timezone: str = "UTC") -> int:
    """Make an account; answers its number.

    Raises:
        DomainError: the email is taken, the role or zone is unknown, or the password is too short.
    """
    _check_password(password)
    if role not in set(Role):
        raise DomainError("Choose support, manager or admin.", field="role")
    if timezone not in available_timezones() - {"localtime"}:  # the machine's, unknown to PostgreSQL
        raise DomainError("Enter a time zone such as Europe/Athens.", field="timezone")
    staff = Staff(
        email=email.strip().lower(),
        name=name.strip(),
        role=role,
        password_hash=passwords.hashed(password),
        timezone=timezone,
    )
    db.session.add(staff)
    db.session.flush()
    record(
        "staff.create", f"staff:{staff.id}", staff_id=None, after={"email": staff.email, "role": staff.role}
    )
    return staff.id


@command
def set_password(email: str, password: str) -> None:
    """Give an account a new password and end all its sessions.

    Raises:
        Missing: no such account.
        DomainError: the password is too short.
    """
    _check_password(password)
    staff_id = _change(email, password_hash=passwords.hashed(password), session_no=Staff.session_no + 1)
    record("staff.set_password", f"staff:{staff_id}", staff_id=None)


@command
def disable_staff(email: str) -> None:
    """Close an account. All its sessions end at their next request.

    Raises:
        Missing: no such account.
        DomainError: nobody else could administer Signalbox then.
    """
    # All admins' rows are locked, so that two admins cannot close each other's account at once.
    admins = db.session.scalars(
        select(Staff.email).where(Staff.role == Role.ADMIN, Staff.disabled_at.is_(None)).with_for_update()
    ).all()
    if list(admins) == [email.strip().lower()]:
        raise DomainError("That is the last admin who can sign in. Make another one first.", field="email")
    staff_id = _change(email, disabled_at=func.now(), session_no=Staff.session_no + 1)
    record("staff.disable", f"staff:{staff_id}", staff_id=None, after={"is_disabled": True})


@command
def enable_staff(email: str) -> None:
    """Open a closed account again, with its old password.

    Raises:
        Missing: no such account.
    """
    staff_id = _change(email, disabled_at=None)
    record("staff.enable", f"staff:{staff_id}", staff_id=None, after={"is_disabled": False})


def _change(email: str, **values: object) -> int:
    staff_id: int | None = db.session.scalar(
        update(Staff).where(Staff.email == email.strip().lower()).values(**values).returning(Staff.id)
    )
    if staff_id is None:
        raise Missing("Nobody signs in with that email.", field="email")
    return staff_id


def _check_password(password: str) -> None:
    if not passwords.MIN_LENGTH <= len(password) <= passwords.MAX_LENGTH:
        raise DomainError(
            f"A password has {passwords.MIN_LENGTH} to {passwords.MAX_LENGTH} characters.", field="password"
        )
