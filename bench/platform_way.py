"""What the reviewed platform asks of its database for the pages that ours are compared with.

It keeps no counts, so it counts messages whenever a page is shown. The statements are those, on our tables
and so with our indexes, which are better than its own; sent through psycopg on one connection.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import psycopg

_STATES = """
SELECT status, count(*) FROM campaign_message
WHERE owner_id = %(owner_id)s AND campaign_id = %(campaign_id)s GROUP BY status
"""
_FIRST_SENT = """
SELECT min(sent_at) FROM campaign_message WHERE owner_id = %(owner_id)s AND campaign_id = %(campaign_id)s
"""
_UNSUBSCRIBES = """
SELECT count(DISTINCT contact.id) FROM campaign_message AS message
JOIN contact ON contact.owner_id = message.owner_id AND contact.id = message.contact_id
WHERE message.owner_id = %(owner_id)s AND message.campaign_id = %(campaign_id)s
    AND message.sent_at IS NOT NULL
    AND contact.unsubscribed_at >= %(first_sent_at)s
    AND contact.unsubscribed_at < %(first_sent_at)s + interval '7 days'
"""
_CAMPAIGNS = """
SELECT id FROM campaign WHERE owner_id = %(owner_id)s AND started_at IS NOT NULL
ORDER BY created_at DESC LIMIT 20
"""
_MONTH = """
SELECT date(sent_at), status, count(*) FROM campaign_message
WHERE sent_at >= now() - interval '30 days' GROUP BY 1, 2 ORDER BY 1, 2
"""
_FAILED = """
SELECT message.*, contact.first_name, contact.last_name FROM campaign_message AS message
JOIN contact ON contact.owner_id = message.owner_id AND contact.id = message.contact_id
WHERE message.owner_id = %(owner_id)s AND message.campaign_id = %(campaign_id)s AND message.status = 'failed'
ORDER BY message.created_at DESC LIMIT 50 OFFSET 0
"""
_FAILED_COUNT = """
SELECT count(*) FROM campaign_message
WHERE owner_id = %(owner_id)s AND campaign_id = %(campaign_id)s AND status = 'failed'
"""

Milliseconds = dict[str, float]

STATES, FIRST_SENT, UNSUBSCRIBES = "a campaign's states", "its first sent", "its unsubscribes"
CAMPAIGNS, MONTH, FAILED = "20 campaigns' states", "30 days' states", "a campaign's failed messages"


def measure(connection: psycopg.Connection, largest: dict[str, Any]) -> Milliseconds:
    """How long each takes once, of the largest campaign and its owner."""
    first = connection.execute(_FIRST_SENT, largest).fetchone()
    window = largest | {"first_sent_at": first and first[0]}
    ask = connection.execute

    def states_of_campaigns() -> None:
        for (campaign_id,) in ask(_CAMPAIGNS, largest).fetchall():
            ask(_STATES, largest | {"campaign_id": campaign_id}).fetchall()

    def failed() -> None:
        ask(_FAILED, largest).fetchall()
        ask(_FAILED_COUNT, largest).fetchall()

    ways: dict[str, Callable[[], Any]] = {
        STATES: lambda: ask(_STATES, largest).fetchall(),
        FIRST_SENT: lambda: ask(_FIRST_SENT, largest).fetchall(),
        UNSUBSCRIBES: lambda: ask(_UNSUBSCRIBES, window).fetchall(),
        CAMPAIGNS: states_of_campaigns,
        MONTH: lambda: ask(_MONTH).fetchall(),
        FAILED: failed,
    }
    return {name: _timed(way) for name, way in ways.items()}


def _timed(way: Callable[[], Any]) -> float:
    start = perf_counter()
    way()
    return (perf_counter() - start) * 1000
