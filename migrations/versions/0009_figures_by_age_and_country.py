"""Count messages by their age, by how long they took, and by the country of their number.

Safe beside the running release: it neither reads nor writes these counts, and it never moves the start of
a campaign. Reads every message once for each table; whoever writes messages waits meanwhile.

- `campaign_stat_age`: accepted, delivered and failed by the time since the campaign's start, so that campaigns
  can be compared at the same age
- `campaign_stat_latency`: delivered by the time since the message was handed over
- `campaign_stat_country`: accepted, delivered and failed by the number's calling code

A count by age needs a start that stays: it is set once. A message that is accepted before its campaign's
start is set is counted when it is.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

# Upper bounds, inclusive. What took longer has no row.
AGES_MINUTES = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1080, 1440, 2160, 2880, 4320]
LATENCIES_SECONDS = [
    *(1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600),
    *(7200, 14400, 28800, 43200, 86400, 172800, 259200),
]
# ITU-T E.164 (list of assigned country codes): 1 and 7 are whole, these have two digits, all others three.
TWO_DIGITS = (
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58"
    " 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
).split()


def _bucket(name: str, unit: str, bounds: list[int]) -> str:
    """The first bound that an interval does not exceed, as a number of `unit`; NULL beyond the last."""
    in_seconds = [bound * {"minutes": 60, "seconds": 1}[unit] for bound in bounds]
    numbers = ", ".join(map(str, bounds))
    return f"""
        CREATE FUNCTION {name}(took interval) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
            (ARRAY[{numbers}])[1 + width_bucket(
                extract(epoch FROM took - interval '1 microsecond')::double precision, ARRAY[{", ".join(map(str, in_seconds))}]::double precision[]
            )]
    """


CALLING_CODE = f"""
    CREATE FUNCTION calling_code(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
        CASE
            WHEN substr(phone, 2, 1) IN ('1', '7') THEN substr(phone, 2, 1)
            WHEN substr(phone, 2, 2) = ANY ('{{{",".join(TWO_DIGITS)}}}'::text[]) THEN substr(phone, 2, 2)
            ELSE substr(phone, 2, 3)
        END
"""

CHANGED = {
    "INSERT": "SELECT 1 AS sign, * FROM new_rows",
    "UPDATE": "SELECT 1 AS sign, * FROM new_rows UNION ALL SELECT -1, * FROM old_rows",
    "DELETE": "SELECT -1 AS sign, * FROM old_rows",
}
REFERENCING = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}

# A message counts by up to three instants.
MOMENTS = """LATERAL (VALUES
        (CASE WHEN message.status <> 'queued' THEN coalesce(sent_at, failed_at) END, 1, 0, 0),
        (delivered_at, 0, 1, 0),
        (failed_at, 0, 0, 1)
    ) AS moment (at, accepted, delivered, failed)"""
SUMS = """sum(sign * accepted)::bigint AS accepted, sum(sign * delivered)::bigint AS delivered,
        sum(sign * failed)::bigint AS failed"""
AGES = f"""
    SELECT message.owner_id, message.campaign_id, age_minutes(at - started_at) AS by_minutes, {SUMS}
    FROM ({{changed}}) AS message
    JOIN campaign ON campaign.owner_id = message.owner_id AND campaign.id = message.campaign_id,
    {MOMENTS}
    WHERE age_minutes(at - started_at) IS NOT NULL
    GROUP BY 1, 2, 3
"""
LATENCIES = """
    SELECT owner_id, campaign_id, latency_seconds(delivered_at - sent_at) AS by_seconds, sum(sign)::bigint AS delivered
    FROM ({changed}) AS message
    WHERE latency_seconds(delivered_at - sent_at) IS NOT NULL
    GROUP BY 1, 2, 3
"""
COUNTRIES = f"""
    SELECT owner_id, campaign_id, calling_code(phone) AS calling_code, {SUMS}
    FROM (
        SELECT *, 1 AS accepted, (status = 'delivered')::int AS delivered, (status = 'failed')::int AS failed
        FROM ({{changed}}) AS message WHERE status <> 'queued'
    ) AS message
    GROUP BY 1, 2, 3
"""
ANY = "HAVING (sum(sign * accepted), sum(sign * delivered), sum(sign * failed)) <> (0, 0, 0)"
THREE = ("accepted", "delivered", "failed")
#: table -> its third key, its counts, what is counted, and whether a statement changed it
COUNTED = {
    "campaign_stat_age": ("by_minutes", "integer", THREE, AGES, ANY),
    "campaign_stat_latency": ("by_seconds", "integer", ("delivered",), LATENCIES, "HAVING sum(sign) <> 0"),
    "campaign_stat_country": ("calling_code", "text", THREE, COUNTRIES, ANY),
}


def _count(event: str) -> str:
    """The function that counts what a statement changed: summed first, then written in key order."""
    declared = "".join(f"    {table}_rows {table}[];\n" for table in COUNTED)
    sums, writes = [], []
    for table, (key, _, counts, counting, differs) in COUNTED.items():
        rows = f"{counting.format(changed=CHANGED[event])} {differs}"
        sums.append(f"SELECT array_agg(totals) INTO {table}_rows FROM ({rows}) AS totals;")
        columns = f"owner_id, campaign_id, {key}, {', '.join(counts)}"
        added = ", ".join(f"{count} = kept.{count} + excluded.{count}" for count in counts)
        writes.append(
            f"INSERT INTO {table} AS kept ({columns}) SELECT {columns} FROM unnest({table}_rows)"
            f" ORDER BY owner_id, campaign_id, {key}"
            f" ON CONFLICT (owner_id, campaign_id, {key}) DO UPDATE SET {added};"
        )
    return f"""
        CREATE FUNCTION figure_messages_on_{event.lower()}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
        {declared}
        BEGIN
            -- A start that is being set counts what was accepted before: it waits for us, or we for it.
            PERFORM 1 FROM campaign
            WHERE (owner_id, id) IN (SELECT owner_id, campaign_id FROM ({CHANGED[event]}) AS changed WHERE status <> 'queued')
                AND started_at IS NULL
            ORDER BY owner_id, id FOR SHARE;
            {" ".join(sums)}
            {" ".join(writes)}
            RETURN NULL;
        END $$
    """


OF_ONE = "SELECT 1 AS sign, * FROM campaign_message AS m WHERE m.owner_id = NEW.owner_id AND m.campaign_id = NEW.id"
KEEP_START = f"""
    CREATE FUNCTION keep_start() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.started_at IS NOT NULL THEN
            RAISE EXCEPTION 'campaign % of owner % started already', OLD.id, OLD.owner_id
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'started_once', TABLE = TG_TABLE_NAME;
        END IF;
        IF EXISTS (
            SELECT FROM campaign_stat WHERE owner_id = NEW.owner_id AND campaign_id = NEW.id
                AND sent + delivered + failed > 0
        ) THEN
            INSERT INTO campaign_stat_age (owner_id, campaign_id, by_minutes, accepted, delivered, failed)
            {AGES.format(changed=OF_ONE)};
        END IF;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute("SET LOCAL work_mem = '128MB'")
    op.execute("LOCK TABLE campaign, campaign_message IN SHARE ROW EXCLUSIVE MODE")
    op.execute(_bucket("age_minutes", "minutes", AGES_MINUTES))
    op.execute(_bucket("latency_seconds", "seconds", LATENCIES_SECONDS))
    op.execute(CALLING_CODE)
    for table, (key, key_type, counts, counting, _) in COUNTED.items():
        op.execute(f"""
            CREATE TABLE {table} (
                owner_id bigint NOT NULL, campaign_id bigint NOT NULL, {key} {key_type} NOT NULL,
                {", ".join(f"{count} bigint DEFAULT 0 NOT NULL" for count in counts)},
                CONSTRAINT pk_{table} PRIMARY KEY (owner_id, campaign_id, {key}),
                CONSTRAINT fk_{table}_owner_id_campaign_id FOREIGN KEY (owner_id, campaign_id)
                    REFERENCES campaign (owner_id, id) ON DELETE CASCADE
            ) WITH (fillfactor = 70)
        """)
        rows = counting.format(changed="SELECT 1 AS sign, * FROM campaign_message")
        columns = f"owner_id, campaign_id, {key}, {', '.join(counts)}"
        op.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({rows}) AS counted ORDER BY 1, 2, 3"
        )
        op.execute(f"ANALYZE {table}")
    for event, referencing in REFERENCING.items():
        name = f"figure_messages_on_{event.lower()}"
        op.execute(_count(event))
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON campaign_message REFERENCING {referencing}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    op.execute(KEEP_START)
    op.execute(
        "CREATE TRIGGER keep_start AFTER UPDATE OF started_at ON campaign FOR EACH ROW"
        " WHEN (OLD.started_at IS DISTINCT FROM NEW.started_at) EXECUTE FUNCTION keep_start()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_start ON campaign")
    op.execute("DROP FUNCTION keep_start")
    for event in CHANGED:
        op.execute(f"DROP TRIGGER figure_messages_on_{event.lower()} ON campaign_message")
        op.execute(f"DROP FUNCTION figure_messages_on_{event.lower()}")
    for table in COUNTED:
        op.execute(f"DROP TABLE {table}")
    for function in ("age_minutes", "latency_seconds", "calling_code"):
        op.execute(f"DROP FUNCTION {function}")
