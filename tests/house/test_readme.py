"""What README promises is there: its commands, files and settings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

README = (ROOT / "README.md").read_text("utf-8")
RUN = (ROOT / "run").read_text("utf-8")
COMMAND = Path(sys.executable).parent / "quotewright"


def words(text: str) -> set[str]:
    """`./run up` and `quotewright db init` as "up" and "db init"; what follows a first word may be an argument."""
    return {
        match[1].strip() for match in re.finditer(r"(?:\./run|\bquotewright)((?: [a-z][a-z-]*){1,2})(?=[`\s]|$)", text)
    }


def paths(text: str) -> set[str]:
    return {path for path in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if not path.startswith((".data", "/", "./"))}


def said_by_the_script() -> set[str]:
    return set(re.findall(r'\[ "\$\{1-\}" = ([a-z]+) \]', RUN)) | set(re.findall(r"^    ([a-z]+)\)", RUN, re.MULTILINE))


@pytest.mark.parametrize("word", sorted(words(README)))
def test_every_command_exists(word: str):
    if word.split()[0] in said_by_the_script():
        return
    done = subprocess.run([COMMAND, *word.split(), "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"README names `{word}`: {done.stdout}{done.stderr}"
    usage = " ".join(done.stdout.split())
    assert f"Usage: quotewright {word}" in usage, f"README names `{word}`, and the command is {usage[:60]}"


@pytest.mark.parametrize("path", sorted(paths(README)))
def test_every_path_exists(path: str):
    """A path of the checkout, or of one of its rooms: the map names drawers without their room."""
    assert (ROOT / path).exists() or list(ROOT.glob(f"[a-z]*/{path}")), f"README names {path}, which is not there"


def test_each_rule_can_fail():
    assert words("`./run dance --now` and `quotewright db init`, `quotewright fly`") == {"dance", "db init", "fly"}
    assert paths("`domain/outbox.py`, `api/`, `engine.py`") == {"domain/outbox.py", "api/"}
    assert "test" in said_by_the_script()
