"""Forms as a browser without scripts would fill them in and send them."""

from html.parser import HTMLParser
from uuid import uuid4


class _Forms(HTMLParser):
    """The fields of each form of a page, by the form's address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self.action = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.action = given.get("action") or ""
            self.found[self.action] = {}
        elif tag == "input" and self.action and given.get("name"):
            self.found[self.action][given["name"]] = given.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.action = ""


def fields_of(page: str, action: str) -> dict[str, str]:
    """What the page's form would send to that address, if it has one."""
    forms = _Forms()
    forms.feed(page)
    return forms.found.get(action, {})


def ask_preview(client, owner_id, amount, key=None, **values):
    form = {"amount_credits": amount, "reason_code": "goodwill", "idempotency_key": key or str(uuid4())}
    return client.post(f"/owners/{owner_id}/wallet/adjustments/preview", data=form | values)


def confirm(client, owner_id, page: str):
    """Send what the preview offers to confirm."""
    url = f"/owners/{owner_id}/wallet/adjustments"
    return client.post(url, data=fields_of(page, url))


def adjust(client, owner_id, amount, key=None, **values):
    """Preview and confirm; what the last of the two answered."""
    preview = ask_preview(client, owner_id, amount, key, **values)
    if "Confirm the adjustment" not in preview.text:
        return preview
    return confirm(client, owner_id, preview.text)
