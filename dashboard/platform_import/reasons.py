"""Why a row of the platform broke a rule, and what is done then. The words stand here once."""

# code -> (why, what was done). Where the SQL of a step says more exactly what was done, that holds.
REASONS: dict[str, tuple[str, str]] = {
    # tables
    "table_missing": ("The platform's database has no such table.", "Nothing was imported from it."),
    "column_missing": ("The platform's table lacks a column.", "Imported as if it were empty."),
    "needed_column_missing": (
        "The platform's table lacks a column without which its rows mean nothing.",
        "Nothing was imported from it.",
    ),
    # any row
    "owner_not_imported": ("It belongs to an owner that was not imported.", "Not imported."),
    "time_unreadable": ("A time lies outside of the years 1 to 9999.", "Read as unknown."),
    "refused": ("The database refused the row.", "Not imported."),
    "deleted_here": ("The record that it became was deleted here since.", "Not imported again."),
    "name_empty": ("It has no name.", "Named after its number on the platform."),
    "name_too_long": ("The name is too long.", "Cut to the longest that fits."),
    # owners
    "sender_name_too_long": ("The sender name has more than 11 characters.", "Cut to 11."),
    "timezone_unknown": ("The time zone is not a known one.", "Imported with UTC."),
    # contacts
    "phone_unreadable": ("The phone number cannot be read as one.", "Not imported."),
    "phone_taken": (
        "Its number changed to one that another contact of the owner has.",
        "The number stayed as it was.",
    ),
    "same_number": ("Another contact of the owner has the same number.", "Merged into that one."),
    "subscription_unknown": ("Nothing says whether the contact is subscribed.", "Treated as unsubscribed."),
    "unsubscribed_without_time": (
        "Unsubscribed, but nothing says since when.",
        "Unsubscribed since the row's last change.",
    ),
    "subscribed_with_opt_out": (
        "Marked as subscribed, but with a time of unsubscribing.",
        "Treated as unsubscribed: consent must be provable.",
    ),
    "suppressed_here": ("Subscribed on the platform, but the number opted out here.", "Kept unsubscribed."),
    "not_resubscribed": (
        "Subscribed on the platform, unsubscribed here.",
        "Kept unsubscribed: an import never subscribes anybody again.",
    ),
    "state_kept": (
        "Unsubscribed on the platform, but subscribed here after that.",
        "Kept as it was decided here.",
    ),
    "gender_unknown": ("The gender is not one of those known.", "Imported without it."),
    "email_unusable": ("The email address is too short or too long.", "Imported without it."),
    # lists and memberships
    "name_taken": ("The owner has another list of that name.", "Named with its number on the platform."),
    "description_too_long": ("The description has more than 400 characters.", "Cut to 400."),
    "other_owner": ("It joins a list and a contact of two owners.", "Not imported."),
    "list_not_imported": ("It needs a list that was not imported.", "Not imported."),
    "contact_not_imported": ("It needs a contact that was not imported.", "Not imported."),
    "same_membership": ("The contact is on that list already.", "Merged into that membership."),
    # campaigns and messages
    "status_unknown": ("The status is not one of those known.", "Not imported."),
    "no_text": ("Neither the campaign nor its template has a text.", "Imported without a text."),
    "list_of_other_owner": ("The campaign's list belongs to another owner.", "Imported without its list."),
    "campaign_not_imported": ("It needs a campaign that was not imported.", "Not imported."),
    "counters_disagree": ("The campaign's counters disagree with its messages.", "The messages hold."),
    "provider_id_twice": (
        "The provider's message id is another message's already, or too long.",
        "Imported without it.",
    ),
    "status_and_times_disagree": ("The status and the times contradict each other.", "Judged by both."),
    "sent_without_time": (
        "The time of sending is missing, or stands at a message that was not sent.",
        "Taken from the nearest known time, or dropped.",
    ),
    "delivered_without_time": (
        "Delivered, but nothing says when.",
        "Delivered at the nearest known time.",
    ),
    "failed_without_time": ("Failed, but nothing says when.", "Failed at the nearest known time."),
    "error_too_long": ("The error has more than 200 characters.", "Cut to 200."),
    # wallets
    "type_unknown": ("The type is none of credit, debit and refund.", "Not imported."),
    "amount_not_positive": ("The amount is not positive.", "Not imported."),
    "entry_changed": (
        "The transaction changed on the platform after it was imported.",
        "Left as it was: the ledger is never changed.",
    ),
    "no_wallet": ("The transaction names no wallet.", "Put into the owner's wallet."),
    "wallet_of_other_owner": (
        "The transaction names another owner's wallet.",
        "Put into its owner's wallet.",
    ),
    "campaign_not_imported_here": ("Its campaign was not imported.", "Imported without the link."),
    "chain_broken": (
        "The balance after it is not the one before it and the amount.",
        "The balances were computed anew from the amounts.",
    ),
    "chain_lifted": ("The entries alone would take the wallet below zero, or there are none.", "Lifted."),
    "chain_corrected": ("The entries do not add up to the balance that the owner saw.", "Corrected."),
    "balance_negative": ("The balance on the platform is below zero.", "Closed on zero."),
    "wallet_missing": ("The owner has transactions but no wallet.", "A wallet was made."),
}
