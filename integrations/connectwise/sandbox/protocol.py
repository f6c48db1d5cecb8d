"""From an HTTP request to an answer: where it leads, who asks, and which verb of `reading.py` or `writing.py` it is.

Synchronous on purpose: nothing else runs between the first look at a record and its save. Faults, delays and the
connection itself belong to `app.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

import orjson

from integrations.connectwise.sandbox import bundles, reading, routing, singles, writing
from integrations.connectwise.sandbox.auth import authenticate, claimed
from integrations.connectwise.sandbox.call import Call, stamp
from integrations.connectwise.sandbox.digits import whole
from integrations.connectwise.sandbox.entity import Owner
from integrations.connectwise.sandbox.errors import (
    ApiError,
    no_endpoint,
    pretty,
    too_large,
    too_many,
    unreadable_body,
    url_too_long,
    wrong_verb,
)
from integrations.connectwise.sandbox.instance import Instance
from integrations.connectwise.sandbox.options import Options
from integrations.connectwise.sandbox.reply import ANSWER, Reply
from integrations.connectwise.sandbox.request import (
    ROUTER,
    Request,
    asks_for_callback_key,
    body_of,
    companyinfo_of,
    form_of,
    param,
    url_of,
)
from integrations.connectwise.sandbox.store import Store
from integrations.connectwise.sandbox.tables import BY_NAME
from integrations.connectwise.sandbox.throttle import Throttle


class Protocol:
    def __init__(
        self,
        store: Store,
        options: Options,
        clock: Callable[[], float],
        guid: Callable[[], str],
        announce: Callable[[Call], None],
    ) -> None:
        self.store = store
        self.options = options
        self.clock = clock
        self.guid = guid
        self.announce = announce
        self.throttle = Throttle()

    def locate(self, request: Request) -> None:
        """Fill in what path and headers say, before anything is decided."""
        request.company_id = claimed(request.headers.get(b"authorization", b""))[0]
        steps = [step for step in request.path.split("/") if step]
        if [step.lower() for step in steps[:2]] == ["apis", "3.0"]:
            steps.insert(0, ROUTER)
        if len(steps) < 4 or [step.lower() for step in steps[1:3]] != ["apis", "3.0"]:
            request.refused = no_endpoint()
            return
        request.base, request.steps = steps[0], steps[3:]
        self._route(request)

    def answer(self, request: Request, *, dry: bool = False, stale: float = 0.0) -> Reply:
        try:
            return self._answer(request, dry, stale)
        except ApiError as error:
            return refusal(error)
        finally:
            self.store.commit()

    def answer_person(self, request: Request, instance: Instance, member: str, unchecked: bool) -> Reply:
        """A request through the control door: somebody there works in ConnectWise itself, with every right."""
        try:
            call = self._call(request, instance, member)
            call.unchecked = unchecked
            return self._dispatch(request, call)
        except ApiError as error:
            return refusal(error)
        finally:
            self.store.commit()

    def person_route(self, request: Request, steps: list[str]) -> None:
        request.base, request.steps = ROUTER, steps
        self._route(request)

    def _route(self, request: Request) -> None:
        try:
            if (path := "/".join(request.steps).lower()) not in singles.SINGLES and path not in bundles.PATHS:
                request.route = routing.find(request.steps)
                request.record_id = whole(request.route.record_id)
        except ApiError as error:
            request.refused = error

    def _answer(self, request: Request, dry: bool, stale: float) -> Reply:
        options = self.options
        if len(request.path) + len(request.query) > options.max_url:
            raise url_too_long(options.max_url)
        if len(request.body) > options.max_body:
            raise too_large(options.max_body)
        if company := companyinfo_of(request):
            known = self.store.get(company)
            host = request.headers.get(b"host", b"").decode("latin-1")
            return Reply(200, orjson.dumps(singles.companyinfo(known, host) if known else None))
        if asks_for_callback_key(request):
            if options.callback_key_needs_auth:
                authenticate(self.store, options, request.headers, param(request.query, "clientid"))
            known = self.store.get(param(request.query, "companyname"))
            return Reply(200, orjson.dumps(singles.callback_key(known, param(request.query, "id"))))
        if request.refused and not request.base:
            raise request.refused
        client_id = param(request.query, "clientid") if b"clientid" not in request.headers else ""
        instance, member = authenticate(self.store, options, request.headers, client_id)
        if request.base.lower() not in (ROUTER, instance.codebase.lower()):
            raise no_endpoint()  # the version this company was upgraded from
        if seconds := self.throttle.wait(instance.keys.company_id, self.clock(), options.rate_per_minute):
            raise too_many(seconds)
        call = self._call(request, instance, member.identifier)
        call.role, call.dry, call.stale = member, dry, stale
        return self._dispatch(request, call)

    def _call(self, request: Request, instance: Instance, member: str) -> Call:
        raw = parse_qsl(request.query, keep_blank_values=True) if request.query else []
        return Call(
            store=self.store,
            instance=instance,
            member=member,
            now=stamp(self.clock()),
            guid=self.guid,
            options=self.options,
            api_root=self.store.api_root,
            url=url_of(request),
            params={name.lower(): value for name, value in raw},
            raw_params=raw,
            forward_only=request.headers.get(b"pagination-type", b"").lower() == b"forward-only",
        )

    def _dispatch(self, request: Request, call: Call) -> Reply:
        if request.refused:
            raise request.refused
        route = request.route
        if route is None:
            return _single(request, call)
        owner = None
        if route.parent_id:
            above = next(one for one in BY_NAME.values() if one.path == route.parent_key)
            owner = Owner(route.parent_field, reading.one(call, above, route.parent_id, None))
        try:
            if request.method in route.actions:
                return _act(request, call, route)
            if not route.usual:
                raise wrong_verb(request.method)
            if route.action:
                return _action(request, call, route, owner)
            if route.record_id:
                return _record(request, call, route, owner)
            return _collection(request, call, route, owner)
        finally:
            if call.changes:
                self.announce(call)
            request.changed = call.changed
            request.record_id = call.record_id or request.record_id


def _single(request: Request, call: Call) -> Reply:
    path = "/".join(request.steps).lower()
    if request.method == "POST" and path in bundles.PATHS:
        return Reply(200, orjson.dumps(bundles.answered(call, body_of(request), counting=path.endswith("/count"))))
    if request.method != "GET" or path not in singles.SINGLES:
        raise wrong_verb(request.method)
    return Reply(200, orjson.dumps(reading.pruned(call, singles.SINGLES[path](call.instance))))


def _act(request: Request, call: Call, route: routing.Route) -> Reply:
    entity, action = route.actions[request.method]
    call.demand(entity, action.right)
    record, ids = None, route.ids
    if ids:
        record, call.ids = reading.one(call, entity, ids[0], None), ids[1:]
        call.record_id = record["id"]
        call.demand(entity, action.right, record)
    body = None
    if action.form:
        body = form_of(request)
    elif request.body:
        body = body_of(request)
    if call.dry and request.method != "GET":
        return Reply(204) if action.status == 204 else Reply(action.status, orjson.dumps(record or {}))
    answer = action.act(call, record, body)
    if isinstance(answer, Reply):
        return answer
    if action.status == 204:
        return Reply(204)
    shown = orjson.dumps(reading.pruned(call, answer, dict(entity.shown).get(entity.path, ())))
    return Reply(action.status, shown, (*ANSWER, ("link", "")) if isinstance(answer, list) else ANSWER)


def _collection(request: Request, call: Call, route: routing.Route, owner: Owner | None) -> Reply:
    entity = route.entity
    if request.method == "GET":
        call.demand(entity, "inquire")
        rows, link = reading.page(call, entity, owner, url_of(request))
        return Reply(200, orjson.dumps(reading.pruned(call, rows, route.shown)), (*ANSWER, ("link", link)))
    if request.method == "POST" and "POST" in entity.verbs:
        record = writing.create(call, entity, body_of(request), owner)
        location = f"{url_of(request)}/{record['id']}"
        return Reply(201, orjson.dumps(reading.pruned(call, record, route.shown)), (*ANSWER, ("location", location)))
    raise wrong_verb(request.method)


def _record(request: Request, call: Call, route: routing.Route, owner: Owner | None) -> Reply:
    entity, method = route.entity, request.method
    if method not in entity.verbs or method == "POST":
        raise wrong_verb(method)
    if method == "GET":
        call.demand(entity, "inquire")
    stored = reading.one(call, entity, route.record_id, owner)
    if method == "GET":
        call.demand(entity, "inquire", stored)
    if method == "DELETE":
        writing.delete(call, entity, stored)
        return Reply(204)
    record = stored
    if method == "PATCH":
        record = writing.patch(call, entity, stored, body_of(request))
    elif method == "PUT":
        record = writing.replace(call, entity, stored, body_of(request), owner)
    return Reply(200, orjson.dumps(reading.pruned(call, record, route.shown)))


def _action(request: Request, call: Call, route: routing.Route, owner: Owner | None) -> Reply:
    entity = route.entity
    call.demand(entity, "inquire")
    if route.action == "count" and request.method == "GET":
        return Reply(200, orjson.dumps({"count": len(reading.matching(call, entity, owner))}))
    if route.action == "search" and not entity.search:
        raise no_endpoint()
    if route.action == "search" and request.method == "POST":
        body = body_of(request)
        if not isinstance(body, dict):
            raise unreadable_body()
        call.params.update({name.lower(): value for name, value in body.items() if isinstance(value, str)})
        rows, link = reading.page(call, entity, owner, url_of(request))
        return Reply(200, orjson.dumps(reading.pruned(call, rows)), (*ANSWER, ("link", link)))
    raise wrong_verb(request.method)


def refusal(error: ApiError) -> Reply:
    return Reply(error.status, pretty(error.body), (*ANSWER, *error.headers))
