"""House rules that are read off the source: pure functions from a file's syntax to what is wrong with it.

Each complaint says where, what, and what to do instead. Which files a rule is asked about is said by the tests.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "domain", "integrations", "migrations", "runtime")
LONGEST = 400
SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "base", "manager", "managers", "misc"}


@dataclass(frozen=True)
class Source:
    """One Python file; `path` as seen from the root of the checkout."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def at(self, node: ast.AST, complaint: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {complaint}"


def sources(*folders: str) -> list[Source]:
    """All Python files below these folders; of `.` only those that lie there themselves."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).glob("*.py" if folder == "." else "**/*.py"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


def transactions(source: Source) -> Iterator[str]:
    """Transactions begin and end in one place."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            name = _last_name(node.func)
            if (isinstance(node.func, ast.Attribute) and name in {"commit", "rollback"}) or name == "AsyncSession":
                yield source.at(node, f"{name}(): open it with `Database.transaction()`, which also ends it")


def permissions(source: Source) -> Iterator[str]:
    """What others may call says who may."""
    for node in source.tree.body:
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            marks = [mark for mark in node.decorator_list if isinstance(mark, ast.Call)]
            if not any(_last_name(mark.func) == "requires" for mark in marks):
                yield source.at(node, f"{node.name} is public: mark it @requires(Permission.…), or begin it with _")


CLOCKS = {
    *(f"time.{name}" for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")),
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
}
CHANCE = {"uuid.uuid1", "uuid.uuid4", "os.urandom", "domain.ids.uuid7"}
CHANCE_MODULES = {"random", "secrets"}


def arguments_only(source: Source, *, may_sleep: frozenset[str] = frozenset()) -> Iterator[str]:
    """Clock, chance and transport come in as arguments, so that a simulation can turn them.

    Naming such a function is fine (as a default value); calling it by its own name is not. `asyncio.sleep` goes by the
    clock of the event loop, which can be turned too, but waiting is a decision: only functions in `may_sleep` do it.
    """
    imported = _imports(source.tree)
    for function, call in _calls(source.tree):
        name = _dotted(call.func, imported)
        given = {keyword.arg for keyword in call.keywords}
        if name in CLOCKS:
            yield source.at(call, f"{name}(): take the clock as an argument (`monotonic=time.monotonic`)")
        elif name in CHANCE or name.split(".")[0] in CHANCE_MODULES:
            yield source.at(call, f"{name}(): take it as an argument (`random=random.random`)")
        elif name in {"httpx.AsyncClient", "httpx.Client"} and "transport" not in given:
            yield source.at(call, f"{name}() without a transport: take the transport as an argument")
        elif re.fullmatch(r"httpx\.(get|post|put|patch|delete|head|options|request|stream)", name):
            yield source.at(call, f"{name}(): call through the client that was given")
        elif name == "asyncio.sleep" and function not in may_sleep:
            yield source.at(
                call, f"asyncio.sleep in {function}: settle with Later, or list the function as one that waits"
            )


def size(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > LONGEST:
        yield f"{source.path}: {lines} lines, {LONGEST} are the most: split it in two"


def name_says_something(source: Source) -> Iterator[str]:
    for part in Path(source.path).with_suffix("").parts:
        if SAY_NOTHING & set(part.split("_")):
            yield f"{source.path}: {part!r} says nothing about what is inside: name it after that"


def no_leftovers(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        for word in re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b", line):
            yield f"{source.path}:{number}: {word}: do it, or write down elsewhere that it is left"


def knows_no_vendor(source: Source, vendors: Collection[str]) -> Iterator[str]:
    """Whoever serves every vendor names none, in sentences for people neither."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        for vendor in vendors:
            if re.search(rf"\b{vendor}\b", line, re.IGNORECASE):
                yield f"{source.path}:{number}: {vendor}: say the title of the provider, or move it to that vendor"


def _calls(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.Call]]:
    """Every call with the name of the function it stands in; not those in default values, which are made once."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in node.body:
                yield from _calls(ast.Module([inner], []), node.name)
        else:
            if isinstance(node, ast.Call):
                yield function, node
            yield from _calls(node, function)


def _imports(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.split(".")[0]
                found[alias.asname or module] = module
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _dotted(node: ast.expr, imported: dict[str, str]) -> str:
    """`dt.now` after `from datetime import datetime as dt` is `datetime.datetime.now`; '' for what was not imported."""
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value, imported)
        return f"{owner}.{node.attr}" if owner else ""
    return imported.get(node.id, "") if isinstance(node, ast.Name) else ""


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
