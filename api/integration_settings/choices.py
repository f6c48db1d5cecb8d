"""What can be chosen from in the settings, asked live of a worker. Nothing is stored, and nothing is preselected."""

from typing import Annotated, Any, ClassVar

import strawberry

from api.context import Info
from domain.errors import ErrorCode, UserError
from domain.integration_settings.connectwise import PROVIDER, ChoiceKind
from domain.integration_settings.models import Integration
from domain.permissions import Permission
from domain.questions import CHOICES, Answer

MOST = 500

Search = Annotated[
    str | None, strawberry.argument(description="Only those whose name contains this; case doesn't matter.")
]
Refresh = Annotated[
    bool, strawberry.argument(description="Ask ConnectWise now, instead of taking what was read a short while ago.")
]


def _id(choice: strawberry.Parent[Any]) -> int:
    return int(choice.value)


@strawberry.type(description="Something in ConnectWise that a setting can point at.")
class ConnectWiseChoice:
    reads: ClassVar[Permission] = Integration.reads

    value: int = strawberry.field(description="What the setting takes: its id in ConnectWise, one of its kind alone.")
    id: int = strawberry.field(
        resolver=_id,
        description="The same as `value`.",
        deprecation_reason="Take `value`. Clients that cache by `id` mix up choices of different kinds.",
    )
    name: str = strawberry.field(description="Its name there.")
    active: bool = strawberry.field(description="Whether it may still be used there.")
    recommended: bool = strawberry.field(description="Whether it is what the set-up guide advises.")
    parent_id: int | None = strawberry.field(
        default=None, description="Of a subcategory, the `value` of the category that it belongs to."
    )


def refusal(answer: Answer) -> UserError:
    """What a worker answered when it could not do what was asked."""
    try:
        code = ErrorCode(answer.get("code", ""))
    except ValueError:
        code = ErrorCode.UNAVAILABLE
    field = answer.get("field") or ()
    path = (field,) if isinstance(field, str) else tuple(str(part) for part in field)
    return UserError(code, str(answer.get("message") or "ConnectWise could not be asked. Please try again."), path)


async def _asked(info: Info, kind: ChoiceKind, search: str | None, refresh: bool) -> list[ConnectWiseChoice]:
    answer = await info.context.asker.ask(CHOICES, str(info.context.actor.tenant_id), PROVIDER, kind.value, refresh)
    if not answer.get("ok"):
        raise refusal(answer)
    wanted = (search or "").strip().casefold()
    return [
        ConnectWiseChoice(
            value=choice["id"],
            name=choice["name"],
            active=choice["active"],
            recommended=choice["recommended"],
            parent_id=choice.get("parent_id"),
        )
        for choice in answer["choices"]
        if wanted in choice["name"].casefold()
    ]


async def _subcategories(
    info: Info,
    category_id: Annotated[
        int | None, strawberry.argument(description="Only those of this category; all if not said.")
    ] = None,
    search: Search = None,
    refresh: Refresh = False,
) -> list[ConnectWiseChoice] | None:
    found = await _asked(info, ChoiceKind.SUBCATEGORIES, search, refresh)
    return [choice for choice in found if category_id in (None, choice.parent_id)][:MOST]


def _choices(kind: ChoiceKind, description: str) -> Any:
    async def resolve(info: Info, search: Search = None, refresh: Refresh = False) -> list[ConnectWiseChoice] | None:
        return (await _asked(info, kind, search, refresh))[:MOST]

    return strawberry.field(resolver=resolve, description=f"{description} At most {MOST}: search for the others.")


@strawberry.type(
    description="What can be chosen from, as ConnectWise has it. A list that can't be read is empty (null)."
)
class ConnectWiseChoices:
    reads: ClassVar[Permission] = Integration.reads

    company_types: list[ConnectWiseChoice] | None = _choices(
        ChoiceKind.COMPANY_TYPES, "Types of companies. Organization or Prospect is advised."
    )
    company_statuses: list[ConnectWiseChoice] | None = _choices(
        ChoiceKind.COMPANY_STATUSES, "Statuses of companies. Active is advised."
    )
    contact_types: list[ConnectWiseChoice] | None = _choices(
        ChoiceKind.CONTACT_TYPES, "Types of contacts. Approver or End User is advised."
    )
    opportunity_stages: list[ConnectWiseChoice] | None = _choices(
        ChoiceKind.OPPORTUNITY_STAGES, "Stages of opportunities. Quote is advised for new ones."
    )
    opportunity_statuses: list[ConnectWiseChoice] | None = _choices(
        ChoiceKind.OPPORTUNITY_STATUSES,
        "Statuses of opportunities. Open is advised for new and won ones, Lost for lost ones: a person wins them.",
    )
    opportunity_types: list[ConnectWiseChoice] | None = _choices(
        ChoiceKind.OPPORTUNITY_TYPES, "Types of opportunities."
    )
    probabilities: list[ConnectWiseChoice] | None = _choices(ChoiceKind.PROBABILITIES, "How likely a sale is.")
    locations: list[ConnectWiseChoice] | None = _choices(ChoiceKind.LOCATIONS, "Locations of the MSP.")
    departments: list[ConnectWiseChoice] | None = _choices(
        ChoiceKind.DEPARTMENTS, "Departments of the MSP. Sales is advised."
    )
    members: list[ConnectWiseChoice] | None = _choices(ChoiceKind.MEMBERS, "Members: the MSP's own people.")
    product_types: list[ConnectWiseChoice] | None = _choices(
        ChoiceKind.PRODUCT_TYPES, "Types of catalog items. Hardware or Miscellaneous is advised."
    )
    billing_cycles: list[ConnectWiseChoice] | None = _choices(
        ChoiceKind.BILLING_CYCLES, "How often recurring items are billed."
    )
    categories: list[ConnectWiseChoice] | None = _choices(ChoiceKind.CATEGORIES, "Categories of catalog items.")
    subcategories: list[ConnectWiseChoice] | None = strawberry.field(
        resolver=_subcategories, description=f"Subcategories of catalog items. At most {MOST}: search for the others."
    )
    catalog_items: list[ConnectWiseChoice] | None = _choices(ChoiceKind.CATALOG_ITEMS, "Items of the product catalog.")
