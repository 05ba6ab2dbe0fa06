"""Why reports end, in words for people."""

from dashboard.reports.models import End

END_WORDS = {
    End.STOPPED: "The report was stopped.",
    End.VIEW_GONE: "Its view was deleted.",
    End.VIEW_PRIVATE: "Its view was made private by whoever saved it.",
    End.ACCOUNT_CLOSED: "Its reader's account is closed.",
    End.ROLE: "Its reader's role may have no reports.",
}
