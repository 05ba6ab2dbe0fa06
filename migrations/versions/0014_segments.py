"""Lists that are defined by what their contacts have in common, and the audience that a campaign had.

Safe beside the running release: it makes static lists alone, to which nothing changes. Builds three indexes;
whoever writes contacts or memberships waits meanwhile (8 s for 2,000,000 contacts).

- `contact_list.definition` makes a list dynamic, for good. It has no memberships, and no other dynamic list
  is part of what it asks for, so that looking it up ends.
- `campaign.audience` is the campaign's list as it was when the campaign started: its name, what it asked
  for, and the names of the list and the tag that it asked for. What started earlier went to members of a
  static list, or to contacts chosen one by one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

REFUSE = "USING ERRCODE = 'restrict_violation', CONSTRAINT = '{}', TABLE = TG_TABLE_NAME"

CHECK_DEFINITION = f"""
    CREATE FUNCTION check_definition() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND (OLD.definition IS NULL) <> (NEW.definition IS NULL) THEN
            RAISE EXCEPTION 'list % of owner % stays of its kind', NEW.id, NEW.owner_id {REFUSE.format("list_kind")};
        END IF;
        IF NEW.definition ? 'list_id' AND NOT EXISTS (
            SELECT FROM contact_list
            WHERE owner_id = NEW.owner_id AND id = (NEW.definition ->> 'list_id')::bigint AND definition IS NULL
        ) THEN
            RAISE EXCEPTION 'list % of owner % asks for a list that is not static', NEW.id, NEW.owner_id
                {REFUSE.format("list_definition")};
        END IF;
        RETURN NEW;
    END $$
"""

# One look at each list of a statement, and not at each row. A list stays of its kind, so nothing is locked.
REFUSE_DYNAMIC = f"""
    CREATE FUNCTION refuse_members_of_dynamic_lists() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        one record;
    BEGIN
        FOR one IN SELECT DISTINCT owner_id, list_id FROM new_rows LOOP
            IF EXISTS (
                SELECT FROM contact_list
                WHERE owner_id = one.owner_id AND id = one.list_id AND definition IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'list % of owner % is dynamic', one.list_id, one.owner_id
                    {REFUSE.format("members_of_dynamic_list")};
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
"""

KEEP_AUDIENCE = f"""
    CREATE FUNCTION keep_audience() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.started_at IS NOT NULL THEN
            IF NEW.audience IS DISTINCT FROM OLD.audience THEN
                RAISE EXCEPTION 'campaign % of owner % has had its audience', OLD.id, OLD.owner_id
                    {REFUSE.format("audience_once")};
            END IF;
            RETURN NEW;
        END IF;
        -- Whoever brings a campaign that started elsewhere may know its audience.
        IF TG_OP = 'UPDATE' OR NEW.started_at IS NULL THEN
            NEW.audience := NULL;
        END IF;
        IF NEW.started_at IS NOT NULL AND NEW.list_id IS NOT NULL AND NEW.audience IS NULL THEN
            SELECT jsonb_strip_nulls(jsonb_build_object(
                'at', now(), 'list_id', id, 'name', name, 'definition', definition,
                'names', CASE WHEN definition IS NOT NULL THEN jsonb_build_object(
                    'list', (
                        SELECT name FROM contact_list AS base
                        WHERE base.owner_id = meant.owner_id AND base.id = (meant.definition ->> 'list_id')::bigint
                    ),
                    'tag', (
                        SELECT name FROM tag
                        WHERE tag.owner_id = meant.owner_id AND tag.id = (meant.definition ->> 'tag_id')::bigint
                    )
                ) END
            )) INTO NEW.audience
            FROM contact_list AS meant WHERE owner_id = NEW.owner_id AND id = NEW.list_id;
        END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    op.add_column(
        "contact_list", sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.create_check_constraint(
        op.f("ck_contact_list_definition"), "contact_list", "jsonb_typeof(definition) = 'object'"
    )
    op.add_column("campaign", sa.Column("audience", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_index(op.f("ix_contact_owner_id_created_at"), "contact", ["owner_id", "created_at"])
    op.create_index(
        op.f("ix_contact_owner_id_birthday"),
        "contact",
        ["owner_id", "birthday"],
        postgresql_where=sa.text("birthday IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_list_membership_owner_id_list_id_created_at"),
        "list_membership",
        ["owner_id", "list_id", "created_at"],
    )
    for function in (CHECK_DEFINITION, REFUSE_DYNAMIC, KEEP_AUDIENCE):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER check_definition BEFORE INSERT OR UPDATE OF definition ON contact_list"
        " FOR EACH ROW EXECUTE FUNCTION check_definition()"
    )
    for event in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER static_lists_on_{event.lower()} AFTER {event} ON list_membership"
            " REFERENCING NEW TABLE AS new_rows"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_members_of_dynamic_lists()"
        )
    op.execute(
        "CREATE TRIGGER keep_audience BEFORE INSERT OR UPDATE OF started_at, audience ON campaign"
        " FOR EACH ROW EXECUTE FUNCTION keep_audience()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_audience ON campaign")
    for event in ("insert", "update"):
        op.execute(f"DROP TRIGGER static_lists_on_{event} ON list_membership")
    op.execute("DROP TRIGGER check_definition ON contact_list")
    for function in ("check_definition", "refuse_members_of_dynamic_lists", "keep_audience"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_index(op.f("ix_list_membership_owner_id_list_id_created_at"), table_name="list_membership")
    op.drop_index(op.f("ix_contact_owner_id_birthday"), table_name="contact")
    op.drop_index(op.f("ix_contact_owner_id_created_at"), table_name="contact")
    op.drop_column("campaign", "audience")
    op.drop_column("contact_list", "definition")
