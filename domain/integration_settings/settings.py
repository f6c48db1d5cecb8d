"""What the settings of every sync have in common, whichever app it belongs to. Names no app and stores nothing."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from domain.context import Context


@dataclass(frozen=True)
class SyncSettings:
    """One row a tenant, provider and kind. `required` names what must be chosen before the sync can be switched on.

    `starts_standing_work`: saving them begins or ends what recurs by itself (see `apps`).
    """

    provider: ClassVar[str]
    kind: ClassVar[str]
    schema_version: ClassVar[int] = 1
    required: ClassVar[tuple[str, ...]] = ()
    starts_standing_work: ClassVar[bool] = False

    enabled: bool = False

    def missing(self) -> tuple[str, ...]:
        """The required choices that are not made, when the sync is on."""
        if not self.enabled:
            return ()
        return tuple(name for name in self.required if getattr(self, name) in (None, ()))

    async def check(self, ctx: Context, changed: Collection[str]) -> None:
        """Raises UserErrors where a value in `changed` names a record of ours that isn't there."""

    @classmethod
    def load(cls, value: dict[str, Any]) -> Self:
        """Unknown keys are ignored and missing ones take their default, so old rows stay readable."""
        known = {field.name for field in fields(cls)}
        stored: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items() if k in known}
        return cls(**stored)

    def dump(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}
