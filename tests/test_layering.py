"""The rooms of the house: who may import whom, and what nobody may call."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
CORE = CHECKOUT / "neps_state"
DASHBOARD = CHECKOUT / "neps_tui"
PURE_ROOMS = ("facts", "changes")
PURE_MODULES = (
    *("words/states", "words/sparkline", "replay/history", "dashboard/layout"),
    *("trials/rows", "trials/column_choice", "trials/filter", "trials/filter_completion"),
    *("trials/filter_tokens", "trials/filter_terms", "trials/comparing", "words/spans"),
    *("trial/directory", "trial/file_kinds", "trial/file_rows", "trial/tail_reading"),
    *("trial/lineage", "trial/lineage_rows", "trial/timing", "trial/beside", "trial/details"),
    *("trial/config_rows", "trial/report_rows", "trial/values", "errors/own_first"),
    *("optimizer/brackets", "optimizer/space_rows", "replay/by_hand"),
    *("plots/bar_lines", "plots/forest", "plots/rank_correlation"),
    *("errors/kinds", "errors/rows", "errors/overrepresented", "errors/config_splits"),
    *("errors/traceback_frames", "optimizer/facts", "optimizer/words", "optimizer/domains"),
    *("optimizer/inert_tree", "optimizer/rung_table", "optimizer/tried_values"),
    *("workers/activity", "workers/lane", "workers/rows", "workers/time_window"),
    "workers/trial_list",
    *("trials/order", "trials/arrangement", "trials/arranger"),
    *("runs/line", "runs/folder", "runs/rows", "runs/overlay"),
    *("plots/plot", "plots/evaluated", "plots/incumbent", "plots/front", "plots/curves"),
    *("doctor/evidence", "doctor/examine", "doctor/finding", "doctor/kinds", "doctor/leftovers"),
    *("doctor/lock_probe", "doctor/mending", "doctor/processes", "doctor/rights", "doctor/rows"),
    *("doctor/run_files", "doctor/trials"),
    *("plots/ladder", "plots/parameter", "plots/parallel", "plots/importance"),
    *("plots/distribution", "plots/one_trial", "plots/catalogue", "plots/chosen"),
    *("plots/kept", "plots/selection", "plots/axes", "plots/pens", "plots/places"),
    *("plots/drawing", "plots/legend", "plots/captions", "plots/making", "plots/workshop"),
    *("plots/bands", "plots/shortening"),
)
# Whom the shared rooms may know. Nobody else is named, so that no room of a view comes in.
SHARED_ROOMS = {
    "words": {"words"},
    "facts": {"facts", "words"},
    "widgets": {"widgets", "words"},
    "screens": {"screens", "widgets", "words", "facts", "view", "messages", "actions"},
}
SCREEN = {"textual", "rich", "watchdog", "neps_tui"}
UNSAFE_PICKLE = {
    f"{module}.{name}"
    for module in ("pickle", "_pickle", "cloudpickle")
    for name in ("load", "loads")
}
PLAIN_UNPICKLERS = {"pickle.Unpickler", "pickle._Unpickler"}
UNSAFE_YAML = {
    f"yaml.{name}"
    for name in (
        *("full_load", "full_load_all", "unsafe_load", "unsafe_load_all"),
        *("Loader", "FullLoader", "UnsafeLoader", "CLoader", "CFullLoader", "CUnsafeLoader"),
    )
}


def source_files(*packages: Path) -> list[Path]:
    return sorted(path for package in packages for path in package.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(tree: ast.AST, importer: Path) -> Iterator[tuple[str, str]]:
    """Yields (local name, full dotted name) of every import, wherever in the file it stands."""
    package = importer.relative_to(CHECKOUT).parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            for alias in node.names:
                yield alias.asname or alias.name, f"{module}.{alias.name}"


def imported_roots(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {full_name.partition(".")[0] for _, full_name in imported_names(tree, path)}


def calls(tree: ast.AST, importer: Path) -> Iterator[tuple[str, int]]:
    """Yields (full dotted name, line) of every call whose callee an import explains."""
    full_names = dict(imported_names(tree, importer))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            local_name, _, rest = ast.unparse(node.func).partition(".")
            if local_name in full_names:
                yield ".".join(filter(None, (full_names[local_name], rest))), node.lineno


def modules_loaded_by(statement: str) -> set[str]:
    """Runs a statement in a fresh interpreter and returns the top-level modules it has loaded."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(finished.stdout)}


def test_packages_are_there() -> None:
    assert source_files(CORE)
    assert source_files(DASHBOARD)


@pytest.mark.parametrize("path", source_files(CORE), ids=module_name)
def test_core_never_imports_the_screen(path: Path) -> None:
    assert not imported_roots(path) & SCREEN


@pytest.mark.parametrize("path", source_files(CORE, DASHBOARD), ids=module_name)
def test_neps_is_a_peer_and_never_a_dependency(path: Path) -> None:
    assert not imported_roots(path) & {"neps", "torch", "numpy", "pandas"}


@pytest.mark.parametrize(
    "path",
    [
        *(
            path
            for path in source_files(*(DASHBOARD / room for room in PURE_ROOMS))
            if not path.stem.endswith("screen")
        ),
        *(DASHBOARD / f"{module}.py" for module in PURE_MODULES),
    ],
    ids=module_name,
)
def test_pure_modules_do_not_import_textual(path: Path) -> None:
    assert not imported_roots(path) & {"textual", "watchdog"}


@pytest.mark.parametrize(
    ("room", "path"),
    [(room, path) for room in SHARED_ROOMS for path in source_files(DASHBOARD / room)],
    ids=lambda value: value if isinstance(value, str) else module_name(value),
)
def test_shared_rooms_know_no_view(room: str, path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [name.split(".") for _, name in imported_names(tree, path)]
    assert {name[1] for name in names if name[0] == "neps_tui"} <= SHARED_ROOMS[room]


def test_importing_the_core_stays_light() -> None:
    loaded = modules_loaded_by("import neps_state, neps_state.state")
    assert not loaded & {"numpy", "torch", "neps", *SCREEN}


def test_commands_that_draw_nothing_do_not_load_textual() -> None:
    assert not modules_loaded_by("import neps_tui.cli") & {"textual", "watchdog"}


@pytest.mark.parametrize("path", source_files(CORE, DASHBOARD), ids=module_name)
def test_nobody_unpickles_a_run_with_the_plain_unpickler(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # One function of the core runs a pickle at its caller's explicit wish; see the next test.
    unsafe = UNSAFE_PICKLE if path == CORE / "pickles.py" else UNSAFE_PICKLE | PLAIN_UNPICKLERS
    assert [(name, line) for name, line in calls(tree, path) if name in unsafe] == []


@pytest.mark.parametrize("path", source_files(DASHBOARD), ids=module_name)
def test_dashboard_never_wishes_for_real_objects(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert "load_real" not in source
    assert "real_objects" not in source


@pytest.mark.parametrize("path", source_files(CORE, DASHBOARD), ids=module_name)
def test_nobody_names_an_unsafe_yaml_loader(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    mentioned = {full_name for _, full_name in imported_names(tree, path)}
    mentioned |= {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not mentioned & UNSAFE_YAML


@pytest.mark.parametrize(
    ("source", "forbidden"),
    [
        ("import pickle\npickle.load(file)", "pickle.load"),
        ("import pickle as p\ndef f(): p.loads(data)", "pickle.loads"),
        ("def f():\n    from pickle import loads as read\n    read(data)", "pickle.loads"),
        ("import cloudpickle\ncloudpickle.loads(data)", "cloudpickle.loads"),
    ],
)
def test_the_check_sees_through_aliases(source: str, forbidden: str) -> None:
    tree = ast.parse(source)
    assert [name for name, _ in calls(tree, CORE / "example.py")] == [forbidden]


def test_the_check_sees_relative_imports() -> None:
    tree = ast.parse("from ..neps_tui import app")
    assert dict(imported_names(tree, CORE / "example.py")) == {"app": "neps_tui.app"}
