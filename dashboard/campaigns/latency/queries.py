"""How long messages take: the share of the accepted ones delivered within so long of being handed over.

What is pending or failed is in the denominator, so that the curve ends at the delivery rate (but for the few
that took longer than three days) and grows while receipts come in.

Source: `campaign_stat_latency`, so all is exact at the instant of reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from sqlalchemy import select, tuple_

from dashboard.campaigns.models import LATENCIES_SECONDS, CampaignStatLatency
from dashboard.core.db import db
from dashboard.core.rates import Rate

Key = tuple[int, int]  #: owner's and campaign's number


@dataclass(frozen=True)
class Latency:
    """How many of the accepted messages were delivered within each of LATENCIES_SECONDS."""

    accepted: int
    delivered: Sequence[int]

    def within(self, share: float) -> int | None:
        """The first of LATENCIES_SECONDS by which that share was delivered; None where it was never."""
        reached = (
            seconds
            for seconds, rate in zip(LATENCIES_SECONDS, self.rates, strict=True)
            if rate.value is not None and rate.value >= share
        )
        return next(reached, None)

    @property
    def rates(self) -> list[Rate]:
        return [Rate(count, self.accepted) for count in self.delivered]


def latencies(accepted: Mapping[Key, int]) -> dict[Key, Latency]:
    """How long the messages of these campaigns took, of each of which so many were accepted.

    While a campaign is sent, what was accepted since that was counted is left out.
    """
    rows = db.session.execute(
        select(
            CampaignStatLatency.owner_id,
            CampaignStatLatency.campaign_id,
            CampaignStatLatency.by_seconds,
            CampaignStatLatency.delivered,
        ).where(tuple_(CampaignStatLatency.owner_id, CampaignStatLatency.campaign_id).in_(accepted))
    )
    counts = {(row.owner_id, row.campaign_id, row.by_seconds): row.delivered for row in rows}
    return {
        key: Latency(
            of, [min(of, n) for n in accumulate(counts.get((*key, b), 0) for b in LATENCIES_SECONDS)]
        )
        for key, of in accepted.items()
    }
