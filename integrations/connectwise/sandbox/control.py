"""The control door under /_control/: what a test or a rehearsal may look at and change behind ConnectWise's back.

    any verb  records/{companyId}/<path>   as a person there: header x-person names the member, x-unchecked validates
                                           nothing; callbacks are sent as for any change
    GET, DELETE  journal[?after=N]         the API requests
    GET, DELETE  deliveries[?after=N]      the callbacks sent or lost, with each attempt
    POST  deliveries/{seq}                 send one again
    POST  options   {name: value, ...}     switches (see `options.py`): {"callbacks": false} loses callbacks from now on
    POST  faults  {effect, ...}            DELETE faults[/{id}]   (see `faults.py`)
    POST  down  {seconds}                  cut every connection for so long
    POST  permissions  {instance?, module, level | rights}
    POST  instances  {companyId, ...}      add a company, change its keys, upgrade it
    POST  grow  {instance?, companies, contacts_each?}
    POST  custom-fields  {instance?, entity, caption, type?}
    POST  reset                            GET state

Open only when asked for, and guarded by nothing: it must never be reachable from anywhere but this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from integrations.connectwise.sandbox import seed
from integrations.connectwise.sandbox.request import Reply, Request
from integrations.connectwise.sandbox.store import Instance, Keys

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.app import Sandbox

LEVELS = {
    "none": frozenset[str](),
    "inquire": frozenset({"inquire"}),
    "add": frozenset({"inquire", "add"}),
    "edit": frozenset({"inquire", "add", "edit"}),
    "all": frozenset({"inquire", "add", "edit", "delete"}),
}
JSON = (("content-type", "application/json"),)


class Refused(Exception):
    pass


def answer(sandbox: Sandbox, request: Request) -> Reply:
    steps = [step for step in request.path.split("/") if step][1:]
    try:
        if steps[:1] == ["records"]:
            return _as_a_person(sandbox, request, steps[1:])
        handler = HANDLERS.get((request.method, steps[0] if steps else ""))
        if handler is None:
            return Reply(404, orjson.dumps({"error": "the control door has no such thing"}), JSON)
        body = orjson.loads(request.body) if request.body else {}
        return Reply(200, orjson.dumps(handler(sandbox, body, dict(parse_qsl(request.query)), steps[1:])), JSON)
    except (Refused, ValueError, KeyError, TypeError) as error:
        return Reply(400, orjson.dumps({"error": f"{type(error).__name__}: {error}"}), JSON)
    finally:
        sandbox.store.commit()


def _instance(sandbox: Sandbox, company_id: object) -> Instance:
    name = str(company_id or sandbox.first_keys[0].company_id)
    instance = sandbox.store.get(name)
    if instance is None:
        raise Refused(f"no company {name} here")
    return instance


def _as_a_person(sandbox: Sandbox, request: Request, steps: list[str]) -> Reply:
    """Any verb on /_control/records/{companyId}/<path below the API root>, as the member named in the header
    x-person. With x-unchecked nothing is validated: so a legacy bad value gets in."""
    instance = _instance(sandbox, steps[0] if steps else None)
    sandbox.protocol.person_route(request, steps[1:])
    member = request.headers.get(b"x-person", seed.PERSON.encode()).decode()
    return sandbox.protocol.answer_person(request, instance, member, b"x-unchecked" in request.headers)


def _journal(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    return sandbox.journal.after(int(query.get("after", 0)))


def _clear_journal(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    sandbox.journal.clear()
    return {}


def _deliveries(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    return sandbox.postman.after(int(query.get("after", 0)))


def _clear_deliveries(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    sandbox.postman.clear()
    return {}


def _deliver_again(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    return sandbox.postman.again(int(steps[0]) if steps else 0)


def _order_fault(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    return {"id": sandbox.faults.order(body).id}


def _cancel_fault(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    sandbox.faults.cancel(int(steps[0]) if steps else None)
    return {}


def _down(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    sandbox.down_until = sandbox.clock() + float(body["seconds"])
    return {"until": sandbox.down_until}


def _permissions(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    """{instance, module, level} or {instance, module, rights: [inquire, add, edit, delete]}"""
    instance = _instance(sandbox, body.get("instance"))
    level = frozenset(body["rights"]) if "rights" in body else LEVELS.get(body["level"])
    if level is None or not level <= LEVELS["all"]:
        raise Refused(f"level must be one of {', '.join(LEVELS)}")
    instance.rights[body["module"]] = level
    sandbox.store.describe(instance)
    return {"module": body["module"], "rights": sorted(level)}


def _reset(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    sandbox.reset()
    return {}


def _state(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    return {
        instance.keys.company_id: {
            table.entity.key: len(table.rows) for table in instance.tables.values() if table.entity.path
        }
        for instance in sandbox.store.instances.values()
    }


def _add_instance(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    """{companyId, publicKey, privateKey, clientId?, records?}; with {companyId, codebase} of a known one, an upgrade;
    with new keys of a known one, other keys."""
    known = sandbox.store.get(body["companyId"])
    keys = Keys(
        body["companyId"],
        body.get("publicKey") or (known.keys.public_key if known else ""),
        body.get("privateKey") or (known.keys.private_key if known else ""),
        body.get("clientId") or seed.DEMO.client_id,
    )
    if known is None:
        known = sandbox.add_instance(keys, records=body.get("records", True))
    known.keys = keys
    known.codebase = body.get("codebase", known.codebase)
    sandbox.store.describe(known)
    return {**asdict(known.keys), "codebase": known.codebase}


def _options(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    sandbox.options.update(body)
    return asdict(sandbox.options)


def _grow(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    """{instance?, companies, contacts_each?}: more made-up companies, for benchmarks."""
    instance = _instance(sandbox, body.get("instance"))
    seed.grow(sandbox.protocol, instance, int(body["companies"]), int(body.get("contacts_each", 3)))
    return {"companies": len(instance.table("Company").rows), "contacts": len(instance.table("Contact").rows)}


def _custom_fields(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    """{instance?, entity: "Opportunity", caption, type?}: define a custom field."""
    instance = _instance(sandbox, body.get("instance"))
    return seed.define_custom_field(
        sandbox.protocol, instance, body["entity"], body["caption"], body.get("type", "Text")
    )


Handler = Callable[["Sandbox", Any, dict[str, str], list[str]], Any]
HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "journal"): _journal,
    ("DELETE", "journal"): _clear_journal,
    ("GET", "deliveries"): _deliveries,
    ("DELETE", "deliveries"): _clear_deliveries,
    ("POST", "deliveries"): _deliver_again,
    ("POST", "faults"): _order_fault,
    ("DELETE", "faults"): _cancel_fault,
    ("POST", "down"): _down,
    ("POST", "permissions"): _permissions,
    ("POST", "reset"): _reset,
    ("GET", "state"): _state,
    ("POST", "instances"): _add_instance,
    ("POST", "options"): _options,
    ("POST", "grow"): _grow,
    ("POST", "custom-fields"): _custom_fields,
}
