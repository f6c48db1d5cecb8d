"""Subscriptions as they run, over whichever protocol: an operation goes in, answers come out until it ends.

It executes one event after the other by graphql-core itself: Strawberry's own pipeline would parse and validate again,
and hides whether an error belongs to one event or ends them all.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from graphql import ExecutionResult
from graphql.execution import Executor, create_source_event_stream, execute_subscription_event
from strawberry.utils.await_maybe import await_maybe

from api.ask import Asker
from api.context import RequestContext
from api.documents import Invalid
from api.errors import shown, shown_alone
from api.operations import Asked, Operations, Refused, shown_cost, shown_invalid
from api.rates import Taken
from api.schema import Schema
from api.subscriptions.changes import FellBehind
from api.subscriptions.feed import Feed
from domain.context import Actor
from domain.db import Database
from domain.errors import ErrorCode

ROOM = 1_000  # facts that may wait for one subscription

Answer = dict[str, Any]
"""What GraphQL calls a response: data, errors, extensions."""


class Failed(Exception):
    """The subscription did not begin. `errors` are as they may be shown."""

    def __init__(self, errors: list[Any]) -> None:
        super().__init__()
        self.errors = errors


class Subscriptions:
    """All subscriptions of a process."""

    def __init__(
        self,
        schema: Schema,
        database: Database,
        asker: Asker,
        operations: Operations,
        *,
        room: int = ROOM,
        offer_url: str = "",
    ) -> None:
        self._schema = schema
        self._database = database
        self._asker = asker
        self._operations = operations
        self._feed = Feed(database, room=room)
        self._offer_url = offer_url

    def understood(self, parameters: Any, sent: bytes, actor: Actor) -> Asked:
        """The subscription that is asked for. Raises what `Operations.understood` does; Refused for anything else."""
        asked = self._operations.understood(parameters, sent, actor)
        if not asked.operation.streams:
            raise Refused(422, ErrorCode.BAD_REQUEST, "Only subscriptions are answered here: send others by POST.")
        return asked

    async def answers(self, asked: Asked, actor: Actor, request_id: str, base_url: str) -> AsyncGenerator[Answer, None]:
        """One answer an event. Whatever it raises ends the subscription: see `errors_of`."""
        await self._operations.pay(actor, asked.points)
        context = RequestContext(
            self._database,
            actor,
            self._asker,
            request_id,
            asked.document,
            base_url,
            feed=self._feed,
            offer_url=self._offer_url,
        )
        executor = self._executor(asked, context)
        source: Any = await await_maybe(create_source_event_stream(executor))
        if isinstance(source, ExecutionResult):
            raise Failed([shown(error, request_id) for error in source.errors or ()])
        async with aclosing(source) as events:
            async for event in events:
                taken = await self._paid(actor, asked.points)
                context.forget()
                async with self._feed.turns:
                    result = await await_maybe(execute_subscription_event(executor.build_per_event_executor(event)))
                errors = [shown(error, request_id) for error in result.errors or ()]
                more = {"extensions": {"cost": shown_cost(asked.points, taken)}}
                yield {"data": result.data, **({"errors": errors} if errors else {}), **more}

    def _executor(self, asked: Asked, context: RequestContext) -> Executor[Any]:
        executor = self._schema.execution_context_class.build(
            self._schema.core,
            asked.document,
            context_value=context,
            raw_variable_values=asked.variables,
            operation_name=asked.name,
        )
        if isinstance(executor, list):
            raise Invalid(executor, syntax=False)
        return executor

    async def _paid(self, actor: Actor, points: int) -> Taken | None:
        """An event that the token can't pay for now comes later: it was asked for before anybody knew how many come."""
        while True:
            taken = await self._operations.take(actor, points)
            if taken is None or not taken.wait:
                return taken
            await asyncio.sleep(taken.wait)


def errors_of(error: Exception, request_id: str) -> list[Any]:
    """What ended a subscription, or kept it from beginning, as it may be shown. What is our fault is logged."""
    if isinstance(error, Refused | Failed):
        return error.errors
    if isinstance(error, Invalid):
        return shown_invalid(error)
    _, answer = shown_alone(error, request_id)
    if isinstance(error, FellBehind):
        answer["extensions"]["cursor"] = error.cursor
    return [answer]
