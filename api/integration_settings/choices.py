"""What can be chosen from in the settings, asked live of a worker. Nothing is stored, and nothing is preselected."""

from typing import Annotated, Any, ClassVar

import strawberry

from api.ask import Answer
from api.context import Info
from domain.errors import ErrorCode, UserError
from domain.integration_settings.connectwise import PROVIDER
from domain.integration_settings.models import Integration
from domain.permissions import Permission
from domain.questions import CHOICES, ChoiceKind

MOST = 500

Search = Annotated[
    str | None, strawberry.argument(description="Only those whose name contains this; case doesn't matter.")
]
Refresh = Annotated[
    bool, strawberry.argument(description="Ask ConnectWise now, instead of taking what was read a short while ago.")
]


@strawberry.type(description="Something in ConnectWise that a setting can point at.")
class ConnectWiseChoice:
    reads: ClassVar[Permission] = Integration.reads

    id: int = strawberry.field(description="Its id in ConnectWise: what the setting takes.")
    name: str = strawberry.field(description="Its name there.")
    active: bool = strawberry.field(description="Whether it may still be used there.")
    recommended: bool = strawberry.field(description="Whether it is what the set-up guide advises.")


def refusal(answer: Answer) -> UserError:
    """What a worker answered when it could not do what was asked."""
    try:
        code = ErrorCode(answer.get("code", ""))
    except ValueError:
        code = ErrorCode.UNAVAILABLE
    field = answer.get("field") or ()
    path = (field,) if isinstance(field, str) else tuple(str(part) for part in field)
    return UserError(code, str(answer.get("message") or "ConnectWise could not be asked. Please try again."), path)


def _choices(kind: ChoiceKind, description: str) -> Any:
    async def resolve(info: Info, search: Search = None, refresh: Refresh = False) -> list[ConnectWiseChoice] | None:
        tenant = str(info.context.actor.tenant_id)
        answer = await info.context.asker.ask(CHOICES, tenant, PROVIDER, kind.value, refresh)
        if not answer.get("ok"):
            raise refusal(answer)
        wanted = (search or "").strip().casefold()
        found = [
            ConnectWiseChoice(
                id=choice["id"], name=choice["name"], active=choice["active"], recommended=choice["recommended"]
            )
            for choice in answer["choices"]
            if wanted in choice["name"].casefold()
        ]
        return found[:MOST]

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
    catalog_items: list[ConnectWiseChoice] | None = _choices(ChoiceKind.CATALOG_ITEMS, "Items of the product catalog.")
