"""The flask commands on the local database: `bin/flask demo --scale medium`."""

import os
import sys

from flask.cli import cli

from dashboard.local.environment import local_environment
from dashboard.local.place import PostgresUnavailableError


def main() -> None:
    os.environ["FLASK_APP"] = "wsgi"
    try:
        with local_environment():
            cli.main(prog_name="bin/flask")
    except (PostgresUnavailableError, PermissionError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
