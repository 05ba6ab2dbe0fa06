"""What a WSGI server serves: `gunicorn wsgi:app`."""

import sys

from dashboard import create_app
from dashboard.config import Unset
from dashboard.core.memory import settle

try:
    app = create_app()
except Unset as missing:
    sys.exit(str(missing))
settle()
