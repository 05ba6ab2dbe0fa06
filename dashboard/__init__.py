"""Signalbox: where the staff of an SMS-campaign platform work."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard import cli, config
from dashboard.core.db import db
from dashboard.web import access, compression, extensions, filters, headers, htmx, refusals, static, urls


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The application, bound to its one database.

    Raises:
        dashboard.config.Unset: a setting without a safe default is missing.
    """
    app = Flask(__name__, template_folder="../templates", static_folder="../static")
    app.config.update(config.settings() | (overrides or {}))
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]

    db.init_app(app)
    extensions.init_app(app)
    for part in (access, compression, filters, headers, htmx, refusals, static, urls, cli):
        part.init_app(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    return app


def _blueprints() -> list[Any]:
    from dashboard.campaigns.compare.routes import bp as campaign_compare
    from dashboard.campaigns.exports.routes import bp as campaign_exports
    from dashboard.campaigns.routes import bp as campaigns
    from dashboard.campaigns.why.routes import bp as campaign_why
    from dashboard.contact_imports.routes import bp as contact_imports
    from dashboard.contacts.consent.routes import bp as contact_consent
    from dashboard.contacts.erasure.routes import bp as contact_erasure
    from dashboard.contacts.held.routes import bp as contact_held
    from dashboard.contacts.notes.routes import bp as contact_notes
    from dashboard.contacts.routes import bp as contacts
    from dashboard.contacts.subscriptions.routes import bp as contact_subscriptions
    from dashboard.contacts.tags.routes import bp as contact_tags
    from dashboard.contacts.why.routes import bp as contact_why
    from dashboard.exports.routes import bp as exports
    from dashboard.jobs.routes import bp as jobs
    from dashboard.lists.routes import bp as lists
    from dashboard.mails.routes import bp as mails
    from dashboard.operations.routes import bp as operations
    from dashboard.overview.routes import bp as overview
    from dashboard.owners.routes import bp as owners
    from dashboard.platform_import.routes import bp as platform_import
    from dashboard.reports.routes import bp as reports
    from dashboard.search.routes import bp as search
    from dashboard.shortcuts.routes import bp as shortcuts
    from dashboard.staff.routes import bp as staff
    from dashboard.tags.routes import bp as tags
    from dashboard.views.routes import bp as views
    from dashboard.wallets.adjustments.routes import bp as adjustments
    from dashboard.wallets.approvals.routes import bp as approvals
    from dashboard.wallets.entries.routes import bp as wallet_entries
    from dashboard.wallets.proofs.routes import bp as ledger_proofs
    from dashboard.wallets.reconciliation.routes import bp as reconciliation
    from dashboard.wallets.reversals.routes import bp as reversals
    from dashboard.wallets.routes import bp as wallets
    from dashboard.wallets.statements.routes import bp as wallet_statements

    return [
        overview,
        campaigns,
        campaign_why,
        campaign_compare,
        campaign_exports,
        exports,
        lists,
        contacts,
        contact_notes,
        contact_tags,
        contact_subscriptions,
        contact_erasure,
        contact_held,
        contact_why,
        contact_consent,
        contact_imports,
        operations,
        tags,
        wallets,
        adjustments,
        approvals,
        reversals,
        reconciliation,
        owners,
        platform_import,
        jobs,
        search,
        shortcuts,
        views,
        reports,
        mails,
        staff,
        wallet_statements,
        wallet_entries,
        ledger_proofs,
    ]
