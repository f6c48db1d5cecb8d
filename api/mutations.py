"""What all mutations share: a payload with `userErrors`, and the permission of the service that they call.

The transaction is not here: each mutation opens its own, so that one sees what is done together.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from functools import wraps
from typing import Any, ClassVar, ParamSpec, TypeVar

import strawberry
from sqlalchemy.exc import OperationalError

from api.context import Info
from api.errors import UserError, user_errors
from domain import errors
from domain.bulk import Outcome

P = ParamSpec("P")


@strawberry.type(description="The outcome of a mutation.")
class Payload:
    reads: ClassVar[None] = None

    user_errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="What the user can mend. If there is any, nothing was changed and the record is empty.",
    )


def record(model: Any, attribute: str, description: str) -> Any:
    """The record that a payload is about, read after the commit: the payload itself carries only the id."""

    async def resolve(payload: strawberry.Parent[Any], info: Info) -> Any:
        return await info.context.loaders.row(model, getattr(payload, attribute))

    return strawberry.field(resolver=resolve, description=description)


def results(description: str) -> Any:
    """The outcomes of a mutation of many `items`: nothing when it was refused as a whole."""
    return strawberry.field(default=None, description=description, metadata={"one_for_each_item": True})


R = TypeVar("R", bound=Payload)
Made = TypeVar("Made")
Told = TypeVar("Told")


def told(
    result: Callable[..., Told],
    outcomes: Iterable[Outcome[Made]],
    items: str,
    values: Callable[[Made], dict[str, Any]],
) -> list[Told]:
    """A `result` for each outcome: its index, its errors by their path in `items`, and `values` of what was made."""
    return [
        result(
            index=index,
            user_errors=user_errors(outcome.error, items, str(index)),
            **({} if outcome.made is None else values(outcome.made)),
        )
        for index, outcome in enumerate(outcomes)
    ]


_DEADLOCK = "40P01"
_TRIES = 3
_FOR_THE_CALLER = (errors.PermissionDenied, errors.Unauthenticated, errors.LimitExceeded, errors.KeyReused)


def mutation(
    service: Callable[..., Any], description: str, *, in_steps: bool = False, items: str | None = None
) -> Callable[[Callable[P, Awaitable[R]]], Any]:
    """A mutation field around the service function whose permission it needs.

    What the service refuses becomes `userErrors`; by then the transaction has been rolled back. The field is nullable:
    the failure of one mutation must not hide what another one of the request has committed.

    `in_steps`: its transactions can't be one, because it talks to somebody in between. Such a mutation must be written
    so that it can be repeated, and takes no idempotency key.

    `items`: the list in its input that it is done for, and by whose length it costs.
    """

    def mark(resolver: Callable[P, Awaitable[R]]) -> Any:
        payload: type[R] = resolver.__annotations__["return"]

        @wraps(resolver)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
            info: Any = kwargs["info"]

            def carry_out() -> Awaitable[R]:
                return info.context.carried_out(lambda: resolver(*args, **kwargs), info.schema)  # type: ignore[no-any-return]  # a payload

            try:
                return await _unhindered(carry_out)
            except _FOR_THE_CALLER:
                raise
            except (errors.UserError, errors.UserErrors) as error:
                return payload(user_errors=user_errors(error))

        signature = inspect.signature(resolver).replace(return_annotation=payload | None)
        guarded.__signature__ = signature  # type: ignore[attr-defined]  # what Strawberry reads
        needs = service.__requires__  # type: ignore[attr-defined]  # what @requires leaves
        return strawberry.mutation(
            resolver=guarded, description=description, metadata={"reads": needs, "in_steps": in_steps, "items": items}
        )

    return mark


async def _unhindered(carry_out: Callable[[], Awaitable[R]]) -> R:
    """Of two that wait for each other's rows the database ends one. That one has changed nothing, and goes again."""
    for _ in range(_TRIES - 1):
        try:
            return await carry_out()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _DEADLOCK:
                raise
    return await carry_out()


def given(input: Any, *names: str) -> dict[str, Any]:
    """The fields of an input that the caller wrote, null included."""
    return {name: value for name in names if (value := getattr(input, name)) is not strawberry.UNSET}
