"""What a person sees while things start: on a terminal also what is under way, elsewhere plain lines. Does not log."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import IO

from rich.console import Console
from rich.live import Live
from rich.text import Text


class Screen:
    """Standard output. A terminal that went away never disturbs the work."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, markup=False, emoji=False)

    def say(self, text: str = "") -> None:
        try:
            self._console.print(text, soft_wrap=True)
        except OSError:
            self.close()

    @contextlib.contextmanager
    def wait(self, text: str) -> Iterator[None]:
        """Something that mostly takes no time: seen on a terminal only, and only as long as it lasts."""
        if not self._console.is_terminal:
            yield
            return
        # No spinner: it would turn in a thread, and a signal delivered to that thread is not held back by the mask
        # that `processes.spawn` sets.
        with Live(Text(f"  {text} …", style="dim"), console=self._console, auto_refresh=False, transient=True):
            yield

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Something that takes a moment; one line with the seconds it took once it is done."""
        began = time.monotonic()
        with self.wait(text):
            yield
        self.say(f"  {text:<44}{time.monotonic() - began:5.1f} s")

    def close(self) -> None:
        """The last word is said."""
        for stream in (self._console.file, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                _turn_away(stream)


def _turn_away(stream: IO[str]) -> None:
    """Nobody reads any more. What is buffered still would fail again when Python ends, and spoil its exit code."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
