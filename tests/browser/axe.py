"""axe-core, which finds what keeps people with disabilities from using a page."""

from pathlib import Path

from playwright.sync_api import Page

_SOURCE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text()
# Only what the test judges is brought back: a whole report is megabytes.
_RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    const place = ({ html, any }) => [html, ...any.map(({ message }) => message)].join(" | ");
    return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, help, nodes }) => `${id}: ${help}. ${nodes.slice(0, 3).map(place).join(" · ")}`);
}"""


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical at the page, each with a few of its places."""
    # Evaluated, not added as a script: the page's content policy would refuse that, and rightly.
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SOURCE)
    return page.evaluate(_RUN)
