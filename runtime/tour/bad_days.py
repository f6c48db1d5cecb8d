"""The bad days of the journey: a right is lost, the worker dies, Redis forgets, ConnectWise is away. Nothing is lost or
made twice. Needs the processes of `up` on this machine and the sandbox's control door.
"""

from __future__ import annotations

import signal
import time

import redis

from runtime.tour.looks import QUOTE, synced
from runtime.tour.stage import Answer, Stage

ERRORS = "{ syncErrors { nodes { id kind title message setting } } }"


def right_is_lost(stage: Stage) -> None:
    """The API member loses a right: an error that names it, the rest goes on; retry after it is restored"""
    company = stage.running["connectwise"]["companyId"]
    right = {"instance": company, "module": "Sales / Opportunity"}
    stage.control("POST", "/permissions", {**right, "level": "none"})
    try:
        made = _quote(stage, "Lost right")
        error = stage.until("a sync error", lambda: _errors(stage, made["number"]))[0]
        stage.note(error["message"])
        stage.check("Opportunity" in error["message"], "the error doesn't name the right")
        stage.do("createOrganization", "organization { id }", name=f"Goes On {stage.mark}")
        stage.until("the rest goes on", lambda: stage.there("company/companies", f'name="Goes On {stage.mark}"'))
    finally:
        stage.control("POST", "/permissions", {**right, "level": "all"})
    stage.do("retrySyncError", "syncError { id }", id=error["id"])
    stage.until("the error is gone", lambda: not _errors(stage, made["number"]))
    synced(stage, "quote", made["id"])
    _exactly_one(stage, made)


def worker_is_killed(stage: Stage) -> None:
    """The worker is killed (-9) right after ConnectWise took a POST: exactly one record after recovery"""
    before = stage.last_request()
    stage.control(
        "POST",
        "/faults",
        {"effect": "delay", "method": "POST", "path_contains": "/sales/opportunities", "times": 1, "seconds": 1.5},
    )
    made = _quote(stage, "Killed worker")
    stage.until(
        "ConnectWise has the POST",
        lambda: [c for c in stage.requests(before) if c["method"] == "POST" and "/opportunities" in c["path"]],
    )
    stage.kill("worker", signal.SIGKILL)
    synced(stage, "quote", made["id"], seconds=120)
    _exactly_one(stage, made)


def redis_forgets(stage: Stage) -> None:
    """Redis is emptied between commit and pick-up: it still arrives"""
    stage.kill("worker", signal.SIGSTOP)
    try:
        made = _quote(stage, "Forgotten bell")
        with redis.Redis.from_url(stage.running["redis"]) as client:
            time.sleep(0.2)
            client.flushall()
    finally:
        stage.kill("worker", signal.SIGCONT)
    synced(stage, "quote", made["id"])
    _exactly_one(stage, made)


def connectwise_is_down(stage: Stage) -> None:
    """ConnectWise is down for a while: it arrives when it is back, and no error was shown meanwhile"""
    stage.control("POST", "/down", {"seconds": stage.down_seconds})
    began = time.monotonic()
    made = _quote(stage, "Patience")
    while time.monotonic() - began < stage.down_seconds:
        stage.check(not _errors(stage, made["number"]), "an error was shown before the automatic attempts ended")
        time.sleep(0.5)
    synced(stage, "quote", made["id"], seconds=90)
    _exactly_one(stage, made)
    stage.note(f"there {time.monotonic() - began - stage.down_seconds:.1f} s after ConnectWise was back")


BAD_DAYS = (right_is_lost, worker_is_killed, redis_forgets, connectwise_is_down)


def _quote(stage: Stage, title: str) -> Answer:
    ours = stage.memory["organization"]
    made: Answer = stage.do(
        "createQuote",
        QUOTE,
        organizationId=ours["id"],
        contactId=ours["contacts"][0]["id"],
        title=title,
        lines=[{"title": f"Line {number}", "quantity": "2", "unitPrice": "10.01"} for number in (1, 2)],
    )["quote"]
    return made


def _errors(stage: Stage, number: str) -> list[Answer]:
    nodes = stage.ask(ERRORS)["syncErrors"]["nodes"]
    return [error for error in nodes if number in error["title"]]


def _exactly_one(stage: Stage, made: Answer) -> None:
    rows = stage.there(
        "sales/opportunities", f'company/id={stage.memory["company"]} and name contains "{made["number"]} "'
    )
    stage.check(len(rows) == 1, f"{len(rows)} opportunities for {made['number']} in ConnectWise")
    lines = stage.there("procurement/products", f"opportunity/id={rows[0]['id']}")
    stage.check(len(lines) == len(made["lines"]), f"{len(lines)} lines in ConnectWise, not {len(made['lines'])}")
    stage.note(f"exactly one: opportunity {rows[0]['id']} “{rows[0]['name']}” with {len(lines)} lines")
