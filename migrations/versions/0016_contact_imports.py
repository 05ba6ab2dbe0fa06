"""Import contacts from files: the file in parts, its rows on their way, and those that cannot be imported.

Safe beside the running release: it neither reads nor writes these tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "contact_import",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("check_no", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("sample", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("found", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("operation_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("done", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "char_length(file_name) BETWEEN 1 AND 255", name=op.f("ck_contact_import_file_name")
        ),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_contact_import_size_bytes")),
        sa.CheckConstraint(
            "finished_at IS NULL OR operation_id IS NOT NULL AND done IS NOT NULL",
            name=op.f("ck_contact_import_finished"),
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_contact_import_owner_id")),
        sa.ForeignKeyConstraint(
            ["owner_id", "operation_id"],
            ["operation.owner_id", "operation.id"],
            name=op.f("fk_contact_import_owner_id_operation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["procrastinate_jobs.id"], name=op.f("fk_contact_import_job_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_contact_import_staff_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_contact_import")),
    )
    op.create_index(op.f("ix_contact_import_id"), "contact_import", ["id"])
    op.create_index(op.f("ix_contact_import_expires_at"), "contact_import", ["expires_at"])
    op.create_index(op.f("ix_contact_import_job_id"), "contact_import", ["job_id"])
    op.create_index(
        op.f("ix_contact_import_owner_id_operation_id"),
        "contact_import",
        ["owner_id", "operation_id"],
        unique=True,
    )
    op.create_table(
        "contact_import_part",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _of_an_import("contact_import_part"),
        sa.PrimaryKeyConstraint("owner_id", "import_id", "part_no", name=op.f("pk_contact_import_part")),
    )
    # A workbook is compressed already, and a text is here for a day at most.
    op.execute("ALTER TABLE contact_import_part ALTER COLUMN content SET STORAGE EXTERNAL")
    op.create_table(
        "contact_import_problem",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _of_an_import("contact_import_problem"),
        sa.PrimaryKeyConstraint("owner_id", "import_id", "row_no", name=op.f("pk_contact_import_problem")),
    )
    op.create_table(
        "contact_import_row",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("is_subscribed", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("owner_id", "import_id", "phone", name=op.f("pk_contact_import_row")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    for table in ("contact_import_row", "contact_import_problem", "contact_import_part", "contact_import"):
        op.drop_table(table)


def _of_an_import(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["owner_id", "import_id"],
        ["contact_import.owner_id", "contact_import.id"],
        name=op.f(f"fk_{table}_owner_id_import_id"),
    )
