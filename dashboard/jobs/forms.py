"""What a person may ask of the jobs."""

from dashboard.jobs.models import JobStatus
from dashboard.web.forms import ChoiceField, FilterForm

STATES = {
    JobStatus.TODO: "Waiting",
    JobStatus.DOING: "Running",
    JobStatus.SUCCEEDED: "Done",
    JobStatus.FAILED: "Failed",
}


class JobFilter(FilterForm):
    status = ChoiceField("State", STATES.items(), every="Any state")
