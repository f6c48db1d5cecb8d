"""The control door under /_control/: what a test or a rehearsal may look at and change behind ConnectWise's back.

    any verb  records/{companyId}/<path>   as a person there: header x-person names the member, x-unchecked validates
                                           nothing; callbacks are sent as for any change
    GET, DELETE  journal[?after=N]         the API requests
    GET, DELETE  deliveries[?after=N]      the callbacks sent or lost, with each attempt
    POST  deliveries/{seq}                 send one again
    POST  options   {name: value, ...}     switches (see `options.py`): {"callbacks": false} loses callbacks from now on
    POST  faults  {effect, ...}            DELETE faults[/{id}]   (see `faults.py`)
    GET   faults                           those still to strike
    POST  down  {seconds}                  cut every connection for so long
    POST, DELETE  freeze                   take requests and answer none, until it is lifted
    GET  snapshots    POST, DELETE snapshots/{name}    POST snapshots/{name}/restore
    POST  permissions  {instance?, member?, module, level | rights}
    POST  instances  {companyId, ...}      add a company, change its keys, upgrade it
    POST  members  {instance?, identifier, publicKey, privateKey}   another API member, with a role of its own
    POST  grow  {instance?, companies, contacts_each?}
    POST  custom-fields  {instance?, entity, caption, type?}
    POST  reset                            GET state

Open only when asked for, and to this machine alone: it asks nobody who they are, but answers neither other hosts nor
pages that a browser has from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from integrations.connectwise.sandbox import seed
from integrations.connectwise.sandbox.errors import ApiError
from integrations.connectwise.sandbox.instance import FIRST_MEMBER, LEVELS, RIGHTS, ApiMember, Instance, Keys
from integrations.connectwise.sandbox.reply import Reply
from integrations.connectwise.sandbox.request import Request

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.app import Sandbox

UP_TO = {"none": 0, "inquire": 1, "add": 2, "edit": 3, "all": 4}
"""How many of the rights, in the order of `RIGHTS`, a level stands for."""
JSON = (("content-type", "application/json"),)


class Refused(Exception):
    pass


def answer(sandbox: Sandbox, request: Request, peer: tuple[str, int] | None) -> Reply:
    if not _is_at_home(request, peer[0] if peer else ""):
        return Reply(403, orjson.dumps({"error": "the control door is for this machine alone"}), JSON)
    steps = [step for step in request.path.split("/") if step][1:]
    try:
        if steps[:1] == ["records"]:
            return _as_a_person(sandbox, request, steps[1:])
        handler = HANDLERS.get((request.method, steps[0] if steps else ""))
        if handler is None:
            return Reply(404, orjson.dumps({"error": "the control door has no such thing"}), JSON)
        body = orjson.loads(request.body) if request.body else {}
        return Reply(200, orjson.dumps(handler(sandbox, body, dict(parse_qsl(request.query)), steps[1:])), JSON)
    except ApiError as error:
        return Reply(400, orjson.dumps({"error": error.body["message"], "body": error.body}), JSON)
    except (Refused, ValueError, KeyError, TypeError) as error:
        return Reply(400, orjson.dumps({"error": f"{type(error).__name__}: {error}"}), JSON)
    finally:
        sandbox.store.commit()


def _is_at_home(request: Request, peer: str) -> bool:
    """Not another host, no name that leads here only now, and no page of another site in a browser of this machine."""
    host = request.headers.get(b"host", b"").decode("latin-1")
    origin = request.headers.get(b"origin", f"http://{host}".encode()).decode("latin-1")
    return _is_loopback(peer) and _is_literal(urlsplit(f"//{host}").hostname or "") and origin == f"http://{host}"


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_literal(host: str) -> bool:
    """An address or this machine's own name. Any other may be somebody else's, made to lead here."""
    return host == "localhost" or host.replace(".", "").isdecimal() or ":" in host


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
    """{instance?, member?, module, level}, or instead of the level rights: {inquire: none|mine|all, add, ...}"""
    instance = _instance(sandbox, body.get("instance"))
    member = instance.members.get(body.get("member", FIRST_MEMBER))
    if member is None:
        raise Refused(f"no API member {body['member']} there")
    if "rights" in body:
        wanted = body["rights"]
        rights = {right: wanted.get(right, "none") for right in RIGHTS}
        if set(wanted) - set(RIGHTS) or set(rights.values()) - set(LEVELS):
            raise Refused(f"rights are {', '.join(RIGHTS)}, each one of {', '.join(LEVELS)}")
    elif body["level"] in UP_TO:
        rights = {right: "all" if n < UP_TO[body["level"]] else "none" for n, right in enumerate(RIGHTS)}
    else:
        raise Refused(f"level must be one of {', '.join(UP_TO)}")
    member.rights[body["module"]] = rights
    sandbox.store.describe(instance)
    return {"module": body["module"], "rights": rights}


def _add_member(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    """{instance?, identifier, publicKey, privateKey}: lets a program in as this member, who is made if need be."""
    instance = _instance(sandbox, body.get("instance"))
    name, public = str(body["identifier"]), str(body["publicKey"])
    if name == FIRST_MEMBER:
        raise Refused("the first member's keys are changed with `instances`")
    taken = instance.member_with(public)
    if taken is not None and taken.identifier != name:
        raise Refused(f"{taken.identifier} has this public key")
    if not instance.table("Member").where("identifier", name):
        _make_member(sandbox, instance, name)
    known = instance.members.get(name)
    instance.members[name] = ApiMember(name, public, str(body["privateKey"]), known.rights if known else {})
    sandbox.store.describe(instance)
    return {"identifier": name}


def _make_member(sandbox: Sandbox, instance: Instance, identifier: str) -> None:
    first = instance.table("Member").where("identifier", FIRST_MEMBER)[0]
    body = orjson.dumps({**first, "identifier": identifier, "firstName": identifier, "inactiveFlag": False})
    request = Request("POST", "", "", {b"content-type": b"application/json"}, body, sandbox.clock())
    sandbox.protocol.person_route(request, ["system", "members"])
    reply = sandbox.protocol.answer_person(request, instance, seed.PERSON, unchecked=False)
    if reply.status != 201:
        raise Refused(reply.body.decode())


def _faults(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    return sandbox.faults.all()


def _freeze(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    sandbox.thawed.clear()
    return {}


def _thaw(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    sandbox.thawed.set()
    return {}


def _snapshots(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    return sorted(sandbox.snapshots)


def _snapshot(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    """snapshots/{name} takes one, snapshots/{name}/restore goes back to it. They end with the process."""
    if steps[1:] == ["restore"]:
        if steps[0] not in sandbox.snapshots:
            raise Refused(f"no snapshot {steps[0]}")
        sandbox.store.restore(map(orjson.loads, sandbox.snapshots[steps[0]]))
        sandbox.faults.cancel()
        return {"restored": steps[0]}
    if len(steps) != 1:
        raise Refused("a snapshot needs a name: snapshots/{name}")
    sandbox.snapshots[steps[0]] = [orjson.dumps(list(line)) for line in sandbox.store.snapshot()]
    return {"taken": steps[0]}


def _drop_snapshot(sandbox: Sandbox, body: Any, query: dict[str, str], steps: list[str]) -> Any:
    sandbox.snapshots.pop(steps[0] if steps else "", None)
    return {}


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
    """{companyId, publicKey, privateKey, clientId?, records?, name?, timeZone?}; with {companyId, codebase} of a known
    one, an upgrade; with new keys of a known one, other keys."""
    known = sandbox.store.get(body["companyId"])
    keys = Keys(
        body["companyId"],
        body.get("publicKey") or (known.keys.public_key if known else ""),
        body.get("privateKey") or (known.keys.private_key if known else ""),
        body.get("clientId") or seed.DEMO.client_id,
    )
    if known is None:
        known = sandbox.add_instance(keys, records=body.get("records", True))
    known.give_keys(keys)
    known.codebase = body.get("codebase", known.codebase)
    known.name, known.time_zone = body.get("name", known.name), body.get("timeZone", known.time_zone)
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
    ("GET", "faults"): _faults,
    ("POST", "down"): _down,
    ("POST", "freeze"): _freeze,
    ("DELETE", "freeze"): _thaw,
    ("GET", "snapshots"): _snapshots,
    ("POST", "snapshots"): _snapshot,
    ("DELETE", "snapshots"): _drop_snapshot,
    ("POST", "members"): _add_member,
    ("POST", "permissions"): _permissions,
    ("POST", "reset"): _reset,
    ("GET", "state"): _state,
    ("POST", "instances"): _add_instance,
    ("POST", "options"): _options,
    ("POST", "grow"): _grow,
    ("POST", "custom-fields"): _custom_fields,
}
