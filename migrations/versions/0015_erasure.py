"""Erase a person on request, and keep the history without them.

An erased contact stays as a row: it has no number, no name and no subscription, and is on no list. Notes and
audit rows stay append-only but for one change: what they say of an erased person may be taken out.

Safe beside the running release: it erases nobody, and to it all contacts look as they did. Contacts are locked
while they are read once, to see that the new rules hold: about 1 s for 2,000,000.
It cannot be taken back once somebody was erased, for nobody has their number any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

CHECKS = {
    "erased": "(phone IS NULL) = (erased_at IS NOT NULL)",
    "erased_person": (
        "erased_at IS NULL OR (NOT is_subscribed"
        " AND num_nonnulls(email, first_name, last_name, gender, birthday) = 0)"
    ),
}
# What an audit row may say about a person, as `before` and `after` name it.
PERSONAL = ["phone", "first_name", "last_name", "email", "gender", "birthday", "reason"]
WITHOUT_PERSON = f"""
    CREATE FUNCTION without_person(jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
        CASE jsonb_typeof($1) WHEN 'object' THEN (
            SELECT coalesce(
                jsonb_object_agg(key, CASE WHEN key = ANY ('{{{",".join(PERSONAL)}}}') THEN 'null' ELSE value END),
                '{{}}'
            )
            FROM jsonb_each($1)
        ) ELSE $1 END
"""
IS_ERASED = (
    "EXISTS (SELECT FROM contact WHERE owner_id = NEW.owner_id AND id = {id} AND erased_at IS NOT NULL)"
)
# Each of the two lets one change through, and refuses all others as before.
ERASE_AUDIT = f"""
    IF NEW.subject ~ '^contact:[0-9]{{1,18}}$'
        AND NEW.before IS NOT DISTINCT FROM without_person(OLD.before)
        AND NEW.after IS NOT DISTINCT FROM without_person(OLD.after)
        AND to_jsonb(NEW) - '{{before,after}}'::text[] = to_jsonb(OLD) - '{{before,after}}'::text[]
    THEN
        IF {IS_ERASED.format(id="substr(NEW.subject, 9)::bigint")} THEN
            RETURN NEW;
        END IF;
    END IF;
"""
ERASE_NOTE = f"""
    IF NEW.text IS NULL AND to_jsonb(NEW) - 'text' = to_jsonb(OLD) - 'text'
        AND {IS_ERASED.format(id="NEW.contact_id")}
    THEN
        RETURN NEW;
    END IF;
"""
REDACTABLE = {"audit_event": ERASE_AUDIT, "contact_note": ERASE_NOTE}

# The database keeps the promise, whoever puts a contact on a list at the moment when it is erased: the foreign
# key's check has waited for the erasure by then.
REFUSE_ERASED = """
    CREATE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM contact JOIN new_rows ON new_rows.owner_id = contact.owner_id AND new_rows.contact_id = contact.id
            WHERE contact.erased_at IS NOT NULL
        ) THEN
            RAISE EXCEPTION '% on % is refused: the contact was erased', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contact_erased', TABLE = TG_TABLE_NAME;
        END IF;
        RETURN NULL;
    END $$
"""
KEPT_FREE = ["list_membership", "contact_tag", "contact_note"]

# The owner's count of contacts is of those that one finds: without the erased.
PRESENT = "coalesce(sum(sign) FILTER (WHERE erased_at IS NULL), 0)"
RECOUNTED = {
    "sum(sign)::bigint AS contacts": f"{PRESENT}::bigint AS contacts",
    "HAVING sum(sign) <> 0 OR": f"HAVING {PRESENT} <> 0 OR",
}


def upgrade() -> None:
    op.add_column("contact", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("contact", "phone", nullable=True)
    # NULL with the number, so that no search finds the erased: its index and its values stay as they are.
    op.alter_column("contact", "search_text", nullable=True)
    for name, condition in CHECKS.items():
        op.execute(f"ALTER TABLE contact ADD CONSTRAINT ck_contact_{name} CHECK ({condition}) NOT VALID")
        op.execute(f"ALTER TABLE contact VALIDATE CONSTRAINT ck_contact_{name}")
    op.create_index(
        "ix_contact_erased", "contact", ["owner_id", "id"], postgresql_where=sa.text("erased_at IS NOT NULL")
    )
    op.alter_column("contact_note", "text", nullable=True)
    op.add_column("suppression", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_suppression_owner_id_erased_at"),
        "suppression",
        ["owner_id", "erased_at"],
        postgresql_where=sa.text("erased_at IS NOT NULL"),
    )
    _recount(RECOUNTED)
    op.execute(WITHOUT_PERSON)
    for table, exception in REDACTABLE.items():
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"""
            CREATE FUNCTION only_erase_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                {exception}
                RAISE EXCEPTION '% on % is refused: its history would be lost', TG_OP, TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME;
            END $$
        """)
        op.execute(
            f"CREATE TRIGGER only_erase BEFORE UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION only_erase_{table}()"
        )
    op.execute(REFUSE_ERASED)
    for table in KEPT_FREE:
        op.execute(
            f"CREATE TRIGGER refuse_erased AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_erased()"
        )


def downgrade() -> None:
    for table in KEPT_FREE:
        op.execute(f"DROP TRIGGER refuse_erased ON {table}")
    op.execute("DROP FUNCTION refuse_erased")
    for table in REDACTABLE:
        op.execute(f"DROP TRIGGER only_erase ON {table}")
        op.execute(f"DROP FUNCTION only_erase_{table}")
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute("DROP FUNCTION without_person")
    _recount({after: before for before, after in RECOUNTED.items()})
    op.alter_column("contact_note", "text", nullable=False)
    op.drop_column("suppression", "erased_at")
    op.drop_index("ix_contact_erased", table_name="contact")
    for name in CHECKS:
        op.drop_constraint(f"ck_contact_{name}", "contact")
    op.alter_column("contact", "search_text", nullable=False)
    op.alter_column("contact", "phone", nullable=False)
    op.drop_column("contact", "erased_at")


def _recount(changes: dict[str, str]) -> None:
    """Change what the triggers of `contact` count, and nothing else of them."""
    for event in ("insert", "update", "delete"):
        found = sa.text(f"SELECT pg_get_functiondef('count_contacts_on_{event}'::regproc)")
        function: str = op.get_bind().execute(found).scalar_one()
        for was, becomes in changes.items():
            assert was in function
            function = function.replace(was, becomes)
        op.execute(function)
