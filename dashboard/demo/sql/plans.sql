-- What the plan decided one by one, and the functions that the rest is made with.

CREATE TEMP TABLE planned_owner (
    id bigint, name text, sender_name text, country text, timezone text, created_at timestamptz,
    contacts bigint, first_contact_id bigint, first_person bigint, shift bigint,
    prefix text, digits int, lowest bigint, numbers bigint, pools text[],
    low_balance_credits bigint, base_credits bigint, purchase_credits bigint
) ON COMMIT DROP;

CREATE TEMP TABLE planned_list (
    id bigint, owner_id bigint, name text, description text, size bigint, created_at timestamptz
) ON COMMIT DROP;

CREATE TEMP TABLE planned_campaign (
    id bigint, owner_id bigint, list_id bigint, name text, status text, message_text text, segments bigint,
    sender_name text, created_at timestamptz, scheduled_at timestamptz, started_at timestamptz,
    halted_at timestamptz, duration_seconds float8, failure_rate float8, median_seconds float8,
    codes text[], created_by bigint, messages bigint
) ON COMMIT DROP;

-- Where mobile numbers lie in each country.
CREATE TEMP TABLE number_range (
    slot int, prefix text, digits int, lowest bigint, numbers bigint
) ON COMMIT DROP;

CREATE TEMP TABLE person_name (
    pool text, kind text, gender text, slot int, name text, ascii_form text
) ON COMMIT DROP;

-- A number between 0 and 1 that looks drawn, but is the same for the same `of` and `what`.
CREATE OR REPLACE FUNCTION pg_temp.chance(of bigint, what bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(of, what) & 4294967295)::float8 + 0.5) / 4294967296::float8;

-- A whole number from 0 on, below `below`, likewise.
CREATE OR REPLACE FUNCTION pg_temp.choice(of bigint, what bigint, below bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(of, what) >> 20) & 4294967295) % below;

-- When message `no` of `messages` is handed to the provider.
CREATE OR REPLACE FUNCTION pg_temp.handed_over(started_at timestamptz, duration_seconds float8, no bigint, messages bigint)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN started_at + (duration_seconds * no / messages) * interval '1 second';
