"""Two api and two worker processes on one database and one Redis, set up as on a server: nothing is lost or made twice
although each request goes to the other api than the one before."""

import subprocess
import sys

import pytest

from runtime.embedded import EmbeddedPostgres
from runtime.tour.steps import STEPS
from tests.conftest import data_folder
from tests.runtime.system import ROOT, bare_environment, running_system


@pytest.fixture(scope="module")
def system(valkey):
    """From an empty server: the commands of the README, then a sandbox and the processes."""
    with data_folder() as folder:
        server = EmbeddedPostgres(folder / "postgres", fsync=False)
        server.start()
        urls = {
            "DATABASE_URL": server.url_for("qw_app", "quotes"),
            "DATABASE_OWNER_URL": server.url_for("qw_owner", "quotes"),
            "DATABASE_ADMIN_URL": server.url,
        }
        for words in (["db", "init"], ["migrate"]):
            command = [sys.executable, "-m", "runtime.cli", *words]
            subprocess.run(command, env=bare_environment() | urls, cwd=ROOT, check=True)
        try:
            with running_system(urls["DATABASE_URL"], valkey.url, folder) as system:
                yield system
        finally:
            server.stop()


@pytest.fixture(scope="module")
def stage(system):
    apis = [system.api(), system.api()]
    workers = [system.worker(PUBLIC_URL=apis[0].url) for _ in range(2)]
    yield system.stage(*apis)
    for running in (*apis, *workers):
        assert running.process.poll() is None, running.said
        assert "Traceback" not in running.said


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_step(stage, step):
    broken = stage.memory.get("broken")
    assert broken is None, f"the journey ended at {broken}"
    stage.memory["broken"] = step.__name__
    step(stage)
    del stage.memory["broken"]


def test_a_burst_is_made_once_whoever_takes_it(stage):
    names = [f"Burst {stage.mark} {number}" for number in range(40)]
    for name in names:
        stage.do("createOrganization", "organization { id }", name=name)
    made = stage.until(
        "all are there",
        lambda: rows if len(rows := stage.there("company/companies", f'name like "Burst {stage.mark}%"')) >= 40 else [],
    )
    assert sorted(row["name"] for row in made) == sorted(names)


def test_the_tour_asks_several_apis_in_turn(system, stage):
    """`quotewright tour --api … --api …` walks the same steps from outside."""
    apis = [word for url in stage.running["api"] for word in ("--api", url)]
    command = [sys.executable, "-m", "runtime.cli", "tour", *apis, "--token", system.demo.token]
    walked = subprocess.run(
        [*command, "--other-token", system.demo.other_token, "--sandbox", system.sandbox.url],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (walked.returncode, walked.stderr) == (0, ""), walked.stdout
    assert walked.stdout.endswith("Everything is true.\n")
