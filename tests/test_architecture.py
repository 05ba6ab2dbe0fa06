"""Rules of the house that a machine can hold. A failure says how to comply."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parents[1]
CODE = sorted((ROOT / "dashboard").rglob("*.py"))

#: kind of file -> the kinds of dashboard modules that it may import
ARROWS = {
    "routes": {"forms", "queries", "commands", "web", "core", "models", "feature"},
    "forms": {"queries", "commands", "web", "core", "models", "feature"},
    "commands": {"models", "audit", "core", "commands", "queries", "feature"},
    "queries": {"models", "core", "queries", "feature"},
    "tasks": {"commands", "queries", "models", "core", "feature", "tasks"},
    "models": {"core", "models"},
    "web": {"core", "web"},
    "core": {"core"},
}


def kind_of(module: str) -> str:
    """`dashboard.wallets.queries` is `queries`; `dashboard.core.db` is `core`; the rest `feature`."""
    parts = module.split(".")
    if len(parts) > 1 and parts[1] in ("core", "web"):
        return parts[1]
    return parts[-1] if parts[-1] in ARROWS else "feature"


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports_of(path: Path) -> set[str]:
    """The dashboard's modules that a file imports; `from package import module` counts as the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                as_module = ROOT / Path(*node.module.split("."), alias.name + ".py")
                found.add(f"{node.module}.{alias.name}" if as_module.exists() else node.module)
    return {name for name in found if name.startswith("dashboard.")}


@pytest.mark.parametrize("path", CODE, ids=module_of)
def test_imports_follow_the_arrows(path: Path):
    kind = kind_of(module_of(path))
    if kind not in ARROWS:
        return
    # A feature that was split by noun may share its forms and its conversation among its parts.
    own = module_of(path).split(".")[1]
    shared = {name for name in imports_of(path) if kind_of(name) == kind and name.split(".")[1] == own}
    wrong = [name for name in imports_of(path) - shared if kind_of(name) not in ARROWS[kind]]
    assert not wrong, f"{module_of(path)} is a file of {kind} and may not import {wrong}"


def test_core_knows_no_request_and_web_knows_no_feature():
    for path in CODE:
        kind = kind_of(module_of(path))
        features = [name for name in imports_of(path) if name.split(".")[1] not in ("core", "web")]
        assert kind not in ("core", "web") or not features, f"{path.name} imports {features}"
        if kind == "core":
            assert "from flask import" not in path.read_text(), f"{path.name}: pass the value in instead"


def test_a_feature_uses_no_other_features_routes_or_forms():
    for path in CODE:
        own = module_of(path).split(".")[1]
        for name in imports_of(path):
            other = name.split(".")[1]
            if kind_of(name) in ("routes", "forms") and module_of(path) != "dashboard":
                assert other == own or path == ROOT / "dashboard" / "__init__.py", (
                    f"{module_of(path)} imports {name}: call its queries or commands instead"
                )


def test_every_task_is_known_to_the_worker():
    known = imports_of(ROOT / "dashboard" / "tasks.py")
    unknown = [
        module_of(path) for path in CODE if path.name == "tasks.py" and path.parent.name != "dashboard"
    ]
    assert set(unknown) <= known, "import them in dashboard/tasks.py"


def test_every_endpoint_says_who_may(app: Flask):
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "access")]
    assert silent in ([], ["static"]), f"say @requires(...) or @public(reason) on {silent}"


def test_only_one_place_commits_or_rolls_back():
    for path in CODE:
        if module_of(path) in ("dashboard.core.transactions", "dashboard.web.refusals"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                on_session = ast.unparse(node.func.value).endswith("session")
                assert not (on_session and node.func.attr in ("commit", "rollback")), (
                    f"{module_of(path)}:{node.lineno}: put the change under @command instead"
                )


def test_there_is_one_session_and_one_engine():
    makers = {"create_engine", "sessionmaker", "scoped_session", "Session"}
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rsplit(".", 1)[-1]
                assert name not in makers, f"{module_of(path)}:{node.lineno}: use db.session and db.engine"


def commands_of(tree: ast.Module) -> list[ast.FunctionDef]:
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and any(ast.unparse(d) == "command" for d in node.decorator_list)
    ]


#: What writes the audit row: `record` itself, its values for a statement, a command that does either.
RECORDERS = {"record", "recorded", "write_entry"}


def test_every_command_records():
    for path in CODE:
        tree = ast.parse(path.read_text())
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for change in commands_of(tree):
            seen, todo = set(), [change.name]
            while todo:
                name = todo.pop()
                if name in seen or name not in functions:
                    seen.add(name)
                    continue
                seen.add(name)
                calls = [n for n in ast.walk(functions[name]) if isinstance(n, ast.Call)]
                todo += [ast.unparse(call.func) for call in calls]
            assert seen & RECORDERS, f"{module_of(path)}.{change.name} must call record(...)"


def test_routes_hold_no_try_and_no_sql():
    for path in CODE:
        if path.name != "routes.py":
            continue
        tree = ast.parse(path.read_text())
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.Try)], f"{path}: use showing_refusals()"
        assert "sqlalchemy" not in path.read_text(), f"{path}: ask a query instead"


def test_templates_hold_no_inline_script_style_or_handler():
    inline = re.compile(r"""<script(?![^>]*\bsrc=)|<style|\sstyle=["']|\son[a-z]+=["']|hx-on|javascript:""")
    for path in sorted((ROOT / "templates").rglob("*.html")):
        found = inline.search(path.read_text())
        assert not found, f"{path.name}: {found and found[0]!r} does not run under our policy; use static/"


def test_pages_ask_no_other_host():
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").glob("*.*")]:
        hosts = set(re.findall(r"https?://[^\s\"'<>)]+", path.read_text())) - {"http://www.w3.org/2000/svg"}
        assert not hosts, f"{path.name} names {hosts}"
