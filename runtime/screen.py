"""What a person sees while things start: a spinner on a terminal, plain lines elsewhere. Does not log."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console


class Screen:
    """Standard output. A terminal that went away never disturbs the work."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, markup=False, emoji=False)

    def say(self, text: str = "") -> None:
        with contextlib.suppress(OSError):
            self._console.print(text, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Something that takes a moment; one line with the seconds it took once it is done."""
        began = time.monotonic()
        with self._console.status(text) if self._console.is_terminal else contextlib.nullcontext():
            yield
        self.say(f"  {text:<44}{time.monotonic() - began:5.1f} s")
