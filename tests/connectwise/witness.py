"""The file that one sandbox process of the tests is recorded in, and the verdict over what is new in it.

Knows neither the specification nor the protocol: `recorder.py` writes the file, `judge.py` judges it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.connectwise import judge, spec

PLAIN = "integrations.connectwise.sandbox.serve"
RECORDED = "tests.connectwise.recorder"


class Witness:
    """Without the specification beside the project it starts the plain sandbox and has nothing to say."""

    def __init__(self) -> None:
        self._file: Path | None = None
        self._read = 0
        if spec.folder():
            memory = Path("/dev/shm")
            handle, name = tempfile.mkstemp(prefix="quotewright-sandbox-", dir=memory if memory.is_dir() else None)
            os.close(handle)
            self._file = Path(name)

    @property
    def module(self) -> list[str]:
        """What to start with `python -m`."""
        return [RECORDED, str(self._file)] if self._file else [PLAIN]

    def judge(self) -> None:
        """Raises AssertionError with all that was not as the specification has it, since the last time asked."""
        if self._file is None or not self._file.exists():
            return
        with self._file.open("rb") as file:
            file.seek(self._read)
            lines = [line for line in file if line.endswith(b"\n")]  # the last may be torn by a kill
        self._read += sum(map(len, lines))
        deviations = judge.judged(lines)
        assert not deviations, "not as the specification of ConnectWise has it:\n  " + "\n  ".join(deviations)

    def close(self) -> None:
        if self._file is not None:
            self._file.unlink(missing_ok=True)
