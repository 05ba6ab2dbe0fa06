"""The Flask extensions of the process."""

from pathlib import Path

from flask import Flask
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from dashboard.core.db import db

migrate = Migrate(compare_type=True, render_as_batch=False)
login_manager = LoginManager()
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    migrations = Path(app.root_path).parent / "migrations"
    migrate.init_app(app, db, directory=str(migrations))
    login_manager.init_app(app)
    csrf.init_app(app)
