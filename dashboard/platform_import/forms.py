"""What a person may ask of an import's report."""

from collections.abc import Sequence

from dashboard.core.db import AnyRow
from dashboard.web.forms import ChoiceField, FilterForm, options


class IssueFilter(FilterForm):
    table = ChoiceField("Table", every="All tables")
    reason = ChoiceField("Reason", every="All reasons")

    def __init__(self, reasons: Sequence[AnyRow]) -> None:
        """`reasons` are those that occur in the run's report."""
        super().__init__()
        tables = sorted({row.source_table for row in reasons})
        codes = {row.reason_code: row.reason for row in reasons}
        self.table.choices = options([("", self.table.every), *((table, table) for table in tables)])
        self.reason.choices = options([("", self.reason.every), *codes.items()])
        self.validate()
