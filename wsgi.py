"""What a WSGI server serves: `gunicorn wsgi:app`."""

from dashboard import create_app

app = create_app()
