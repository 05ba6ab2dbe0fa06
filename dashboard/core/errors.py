"""What can be refused, and in which words.

The database keeps the promises; this file gives each of its constraints a sentence that a person
can act on. `tests/core/test_errors.py` walks the schema and fails for a constraint without one.
"""

from dataclasses import dataclass

from psycopg import errors as pg
from sqlalchemy.exc import IntegrityError


class DomainError(Exception):
    """A change that the domain's rules refuse.

    `sentence` is shown to people as it is. `field` names the form field that it belongs to,
    or is None where it concerns the whole form. `status` is the HTTP status outside a form.
    """

    status = 409

    def __init__(self, sentence: str, *, field: str | None = None, link: "Link | None" = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.link = link


@dataclass(frozen=True)
class Link:
    """Where a refusal leads on, e.g. to the contact that already holds the number."""

    endpoint: str
    values: dict[str, int | str]
    text: str


class Busy(DomainError):
    """Somebody else holds the records just now. The same may succeed in a moment."""

    def __init__(self) -> None:
        super().__init__("Somebody is changing the same records just now. Try again in a moment.")


class Missing(DomainError):
    """The record is not there: deleted meanwhile, or never was."""

    status = 404


# constraint name -> (form field or None, sentence)
SENTENCES: dict[str, tuple[str | None, str]] = {
    # owners
    "ck_owner_name": ("name", "Enter a name of 1 to 160 characters."),
    "ck_owner_sender_name": ("sender_name", "A sender name has at most 11 characters."),
    "ck_owner_country": ("country", "Enter a country as two capital letters, such as GR."),
    "ck_owner_low_balance_credits": ("low_balance_credits", "Enter zero or more credits."),
    "uq_sender_number_number": ("number", "That number already belongs to an owner."),
    "ck_sender_number_number": ("number", "Enter the number in international format."),
    "fk_sender_number_owner_id": (None, "That owner is no longer there."),
    # contacts
    "uq_contact_owner_id_phone": ("phone", "This owner already has a contact with that number."),
    "ck_contact_phone": ("phone", "Enter a phone number in international format, such as +30 698 430 3406."),
    "ck_contact_email": ("email", "Enter an email address of at most 320 characters."),
    "ck_contact_first_name": ("first_name", "A first name has at most 120 characters."),
    "ck_contact_last_name": ("last_name", "A last name has at most 120 characters."),
    "ck_contact_gender": ("gender", "Choose one of the genders offered."),
    "ck_contact_subscription": (None, "A contact is either subscribed or has a day on which it left."),
    "ck_contact_erased": ("phone", "Enter a phone number. Only an erased contact has none."),
    "ck_contact_erased_person": (None, "Of an erased contact nothing personal is kept."),
    "contact_erased": (None, "That contact was erased and cannot be changed."),
    "fk_contact_owner_id": (None, "That owner is no longer there."),
    "ck_subscription_event_source": (None, "That is not a known way to opt in or out."),
    "ck_subscription_event_reason": ("reason", "Give a reason of at most 500 characters."),
    "fk_subscription_event_owner_id_contact_id": (None, "That contact is no longer there."),
    "fk_subscription_event_staff_id": (None, "That member of staff is no longer there."),
    "fk_suppression_owner_id": (None, "That owner is no longer there."),
    "fk_contact_stat_owner_id": (None, "That owner is no longer there."),
    "ck_contact_note_text": ("text", "A note has 1 to 2,000 characters."),
    "fk_contact_note_owner_id_contact_id": (None, "That contact is no longer there."),
    "fk_contact_note_staff_id": (None, "That member of staff is no longer there."),
    # lists
    "uq_contact_list_owner_id_name": ("name", "This owner already has a list of that name."),
    "ck_contact_list_name": ("name", "Enter a name of 1 to 160 characters."),
    "ck_contact_list_description": ("description", "A description has at most 400 characters."),
    "ck_contact_list_definition": (None, "A dynamic list is defined by filters. Choose at least one."),
    "list_definition": ("list_id", "Choose a list of members: a dynamic list cannot ask for another one."),
    "list_kind": (None, "A list stays static or dynamic as it was made. Make another one instead."),
    "members_of_dynamic_list": (
        None,
        "That list is dynamic: its filters decide who is on it. Change them, or choose another list.",
    ),
    "fk_contact_list_owner_id": (None, "That owner is no longer there."),
    "pk_list_membership": ("phone", "That contact is already on the list."),
    "fk_list_membership_owner_id_list_id": (None, "That list is no longer there."),
    "fk_list_membership_owner_id_contact_id": ("phone", "That contact is no longer there."),
    "ck_membership_event_action": (None, "A member is either added or removed."),
    "fk_membership_event_owner_id_list_id": (None, "That list is no longer there."),
    "fk_membership_event_owner_id_contact_id": (None, "That contact is no longer there."),
    "fk_membership_event_staff_id": (None, "That member of staff is no longer there."),
    "fk_list_stat_owner_id_list_id": (None, "That list is no longer there."),
    # tags
    "ck_tag_name": ("tag", "A tag has 1 to 60 characters."),
    "fk_tag_owner_id": (None, "That owner is no longer there."),
    "fk_contact_tag_owner_id_tag_id": (None, "That tag is no longer there."),
    "fk_contact_tag_owner_id_contact_id": (None, "That contact is no longer there."),
    "ck_tag_event_action": (None, "A tag is either added or removed."),
    "fk_tag_event_owner_id_tag_id": (None, "That tag is no longer there."),
    "fk_tag_event_owner_id_contact_id": (None, "That contact is no longer there."),
    "fk_tag_event_staff_id": (None, "That member of staff is no longer there."),
    # operations
    "fk_operation_owner_id": (None, "That owner is no longer there."),
    "fk_operation_staff_id": (None, "That member of staff is no longer there."),
    "fk_operation_owner_id_undoes": (None, "The operation to undo is not there."),
    "fk_operation_job_id": (None, "That job is no longer there."),
    "uq_operation_owner_id_undoes": (None, "That operation was already undone."),
    "uq_operation_owner_id_idempotency_key": (None, "That operation was already started."),
    "ck_operation_kind": (None, "That is not a known operation."),
    "ck_operation_undoes": (None, "An undo says which operation it undoes."),
    "ck_operation_reason": ("reason", "Give a reason of at most 500 characters."),
    "ck_operation_counts": (None, "An operation counts each contact once."),
    "fk_operation_row_owner_id_operation_id": (None, "That operation is no longer there."),
    "fk_operation_row_owner_id_contact_id": (None, "That contact is no longer there."),
    "ck_operation_row_outcome": (None, "That is not what can become of a contact."),
    # imports of contacts
    "fk_contact_import_owner_id": ("owner", "That owner is no longer there."),
    "fk_contact_import_staff_id": (None, "That member of staff is no longer there."),
    "fk_contact_import_owner_id_operation_id": (None, "That operation is no longer there."),
    "fk_contact_import_job_id": (None, "That job is no longer there."),
    "ck_contact_import_file_name": ("file", "A file's name has 1 to 255 characters."),
    "ck_contact_import_size_bytes": ("file", "A file has zero or more bytes."),
    "ck_contact_import_finished": (None, "An import that is finished was started, and did something."),
    "fk_contact_import_part_owner_id_import_id": (None, "That import is no longer there."),
    "fk_contact_import_problem_owner_id_import_id": (None, "That import is no longer there."),
    # campaigns
    "ck_campaign_name": ("name", "Enter a name of 1 to 160 characters."),
    "ck_campaign_status": ("status", "That is not a state a campaign can be in."),
    "ck_campaign_sender_name": ("sender_name", "A sender name has at most 11 characters."),
    "fk_campaign_owner_id": (None, "That owner is no longer there."),
    "fk_campaign_owner_id_list_id": ("list_id", "That list is no longer there."),
    "fk_campaign_created_by": (None, "That member of staff is no longer there."),
    "uq_campaign_message_provider_provider_message_id": (None, "The provider's message is already known."),
    "ck_campaign_message_status": (None, "That is not a state a message can be in."),
    "ck_campaign_message_segments": (None, "A message has at least one segment."),
    "ck_campaign_message_queued": (None, "A queued message was not sent yet."),
    "ck_campaign_message_sent": (None, "A sent message has the time when it was sent."),
    "ck_campaign_message_delivered": (None, "A delivered message has the time of its delivery."),
    "ck_campaign_message_failed": (None, "A failed message has the time of its failure."),
    "fk_campaign_message_owner_id_campaign_id": (None, "That campaign is no longer there."),
    "fk_campaign_message_owner_id_contact_id": (None, "That contact is no longer there."),
    "fk_campaign_skip_owner_id_campaign_id": (None, "That campaign is no longer there."),
    "fk_campaign_skip_owner_id_contact_id": (None, "That contact is no longer there."),
    "fk_campaign_stat_owner_id_campaign_id": (None, "That campaign is no longer there."),
    "fk_campaign_stat_hour_owner_id_campaign_id": (None, "That campaign is no longer there."),
    "fk_campaign_stat_age_owner_id_campaign_id": (None, "That campaign is no longer there."),
    "fk_campaign_stat_latency_owner_id_campaign_id": (None, "That campaign is no longer there."),
    "fk_campaign_stat_country_owner_id_campaign_id": (None, "That campaign is no longer there."),
    "fk_campaign_stat_error_owner_id_campaign_id": (None, "That campaign is no longer there."),
    # wallets
    "uq_wallet_owner_id": (None, "This owner already has a wallet."),
    "ck_wallet_balance_credits": ("amount_credits", "The wallet does not hold that many credits."),
    "ck_wallet_last_entry_no": (None, "The ledger's entries are numbered from 1."),
    "fk_wallet_owner_id": (None, "That owner is no longer there."),
    "ck_credit_transaction_type": (None, "An entry is a credit, a debit or a refund."),
    "ck_credit_transaction_amount_credits": ("amount_credits", "Enter a number other than zero."),
    "ck_credit_transaction_balance_after_credits": (
        "amount_credits",
        "The wallet does not hold that many credits.",
    ),
    "ck_credit_transaction_entry_no": (None, "The ledger's entries are numbered from 1."),
    "ck_credit_transaction_reason_code": ("reason_code", "Choose one of the reasons offered."),
    "ck_credit_transaction_note": ("note", "A note has at most 500 characters."),
    "uq_credit_transaction_owner_id_wallet_id_entry_no": (
        None,
        "The wallet changed meanwhile. Look at its balance and try again.",
    ),
    "uq_credit_transaction_owner_id_wallet_id_idempotency_key": (
        None,
        "This adjustment was already applied.",
    ),
    "uq_credit_transaction_owner_id_reverses": (None, "That entry was already reversed."),
    "fk_credit_transaction_owner_id_wallet_id": (None, "That wallet is no longer there."),
    "fk_credit_transaction_owner_id_campaign_id": (None, "That campaign is no longer there."),
    "fk_credit_transaction_owner_id_reverses": (None, "The entry to reverse is not there."),
    "fk_credit_transaction_staff_id": (None, "That member of staff is no longer there."),
    "ledger_chain": (None, "The wallet changed meanwhile. Look at its balance and try again."),
    "ledger_balance": (None, "A balance changes by an entry of its ledger alone."),
    "ledger_reversal": (None, "A reversal is the exact opposite of the entry that it reverses."),
    "fk_wallet_day_owner_id": (None, "That owner is no longer there."),
    "fk_adjustment_day_staff_id": (None, "That member of staff is no longer there."),
    "ck_adjustment_request_change_credits": ("amount_credits", "Enter a number other than zero."),
    "ck_adjustment_request_note": ("note", "A note has at most 500 characters."),
    "ck_adjustment_request_reason_code": ("reason_code", "Choose one of the reasons offered."),
    "ck_adjustment_request_status": (None, "That is not a state a request can be in."),
    "ck_adjustment_request_decided": (None, "A request is either waiting or decided by somebody."),
    "ck_adjustment_request_two_people": (None, "Another admin must decide about your request."),
    "ck_adjustment_request_decision_note": ("reason", "A reason has at most 500 characters."),
    "uq_adjustment_request_owner_id_idempotency_key": (None, "That was already requested."),
    "uq_adjustment_request_owner_id_entry_id": (None, "That request was already applied."),
    "fk_adjustment_request_owner_id": (None, "That owner is no longer there."),
    "fk_adjustment_request_owner_id_campaign_id": (None, "That campaign is no longer there."),
    "fk_adjustment_request_owner_id_reverses": (None, "The entry to reverse is not there."),
    "fk_adjustment_request_owner_id_entry_id": (None, "That entry is not there."),
    "fk_adjustment_request_requested_by": (None, "That member of staff is no longer there."),
    "fk_adjustment_request_decided_by": (None, "That member of staff is no longer there."),
    "fk_ledger_anchor_taken_by": (None, "That member of staff is no longer there."),
    "fk_ledger_verification_asked_by": (None, "That member of staff is no longer there."),
    "fk_ledger_verification_anchor_id": ("anchor", "That anchor is not there. Choose another one."),
    "fk_ledger_verification_job_id": (None, "That job is no longer there."),
    "ck_ledger_verification_finished": (None, "A verification has a result once it is finished."),
    # staff
    "uq_staff_email": ("email", "Somebody already signs in with that address."),
    "ck_staff_email": ("email", "Enter an email address in lower case, such as ada@example.com."),
    "ck_staff_name": ("name", "Enter a name of 1 to 160 characters."),
    "ck_staff_role": ("role", "Choose support, manager or admin."),
    "uq_refresh_token_token_hash": (None, "Sign in again."),
    "fk_refresh_token_staff_id": (None, "That member of staff is no longer there."),
    # views
    "uq_saved_view_created_by_name": ("name", "A view of that name is there already. Choose another name."),
    "ck_saved_view_name": ("name", "Enter a name of 1 to 120 characters."),
    "ck_saved_view_address": (None, "A view leads to a page of ours, of at most 2,000 characters."),
    "ck_saved_view_token": (None, "A view's link cannot be chosen. Save the view again."),
    "uq_saved_view_token": (None, "Save the view again."),
    "fk_saved_view_created_by": (None, "That member of staff is no longer there."),
    # reports
    "uq_report_reader_id_view_id": (None, "That view comes to this reader already."),
    "ck_report_ended": (None, "A report either has a next time or has ended for a reason."),
    "ck_report_end_reason": (None, "That is no reason for which a report ends."),
    "fk_report_view_id": (None, "That view is no longer there."),
    "fk_report_reader_id": (None, "That member of staff is no longer there."),
    "uq_report_delivery_report_id_due_at": (None, "That report is being sent already."),
    "ck_report_delivery_status": (None, "That is not a state a sending can be in."),
    "ck_report_delivery_waiting": (None, "What waits to be sent has a time for its next try."),
    "ck_report_delivery_sent": (None, "What was sent has the time when it was sent."),
    "ck_report_delivery_tries": (None, "A sending has been tried never or more often."),
    "fk_report_delivery_report_id": (None, "That report is no longer there."),
    "fk_report_delivery_asked_by": (None, "That member of staff is no longer there."),
    "fk_report_try_delivery_id": (None, "That sending is no longer there."),
    # imports of the platform's database
    "fk_platform_owner_owner_id": (None, "That owner is no longer there."),
    "uq_platform_owner_source_id": (None, "That user of the platform is an owner already."),
    "ck_import_run_status": (None, "That is not a state an import can be in."),
    "fk_import_step_run_id": (None, "That import is no longer there."),
    "ck_import_step_sum": (None, "Each row that was read must be counted once."),
    "fk_import_issue_run_id": (None, "That import is no longer there."),
    "uq_import_issue_once": (None, "That is in the import's report already."),
    # background jobs
    "fk_job_report_job_id": (None, "That job is no longer there."),
    # exports
    "ck_export_rows": (None, "An export has zero or more rows."),
    "ck_export_finished": (None, "An export has a size and a last day once it is finished."),
    "fk_export_asked_by": (None, "That member of staff is no longer there."),
    "fk_export_job_id": (None, "That job is no longer there."),
    "fk_export_part_export_id": (None, "That export is no longer there."),
    # audit, inbound
    "audience_once": (None, "This campaign has started, and its audience stays as it was."),
    "started_once": (None, "This campaign has started already, and its start stays as it was."),
    "append_only": (None, "History is never changed. Write the opposite entry instead."),
    "fk_audit_event_staff_id": (None, "That member of staff is no longer there."),
    "uq_webhook_event_dedupe_key": (None, "That notice was already received."),
    "ck_webhook_event_status": (None, "That is not a state a notice can be in."),
}

_UNKNOWN = (None, "That goes against a rule of the data. Nothing was changed.")


def as_refusal(error: IntegrityError) -> DomainError:
    """The words for a refusal of the database, found by the constraint's name."""
    original = error.orig
    constraint = original.diag.constraint_name if isinstance(original, pg.Error) else None
    field, sentence = SENTENCES.get(constraint or "", _UNKNOWN)
    return DomainError(sentence, field=field)
