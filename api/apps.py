"""The apps that can be installed, and installing one. Connecting and setting one up is `integration_settings`."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, NamedTuple

import strawberry

from api import guides
from api.context import Info
from api.integration_settings.enums import ConnectionStatus
from api.mutations import Payload, mutation
from api.scalars import described
from domain.integration_settings import service as integrations
from domain.integration_settings.connectwise import PROVIDER
from domain.integration_settings.models import Integration
from domain.permissions import Permission


class AppKey(StrEnum):
    CONNECTWISE = PROVIDER


described(AppKey, "What can be installed.", CONNECTWISE="ConnectWise PSA.")


class _Shown(NamedTuple):
    name: str
    description: str


_SHOWN = {
    AppKey.CONNECTWISE: _Shown(
        "ConnectWise PSA",
        "Keeps organizations and contacts in step with companies and contacts, and makes opportunities of quotes,"
        " at once.",
    ),
}


@strawberry.type(description="An app that can be installed.")
class App:
    reads: ClassVar[Permission] = Integration.reads

    key: AppKey = strawberry.field(description="Which one.")
    name: str = strawberry.field(description="What people call it.")
    description: str = strawberry.field(description="What it does.")
    status: ConnectionStatus = strawberry.field(description="How it stands.")
    installed: bool = strawberry.field(description="Whether it is installed.")
    setup_guide_url: str = strawberry.field(
        description="How do I get API keys? Advises an API member of its own, which is not a paid user."
    )


async def apps(info: Info) -> list[App]:
    return [await _app(info, key) for key in AppKey]


async def _app(info: Info, key: AppKey) -> App:
    async with info.context.read() as ctx:
        integration = await integrations.find(ctx, key.value)
    return App(
        key=key,
        name=_SHOWN[key].name,
        description=_SHOWN[key].description,
        status=ConnectionStatus(integration.status) if integration else ConnectionStatus.NOT_INSTALLED,
        installed=integration is not None,
        setup_guide_url=info.context.base_url + guides.path(key.value),
    )


@strawberry.input(description="An app to install.")
class InstallAppInput:
    app: AppKey = strawberry.field(description="Which one.")


async def _installed(payload: strawberry.Parent[Any], info: Info) -> App | None:
    return await _app(info, payload.key) if payload.key else None


@strawberry.type(description="The outcome of `installApp`.")
class InstallAppPayload(Payload):
    key: strawberry.Private[AppKey | None] = None

    app: App | None = strawberry.field(resolver=_installed, description="The app as it is now.")


@mutation(
    integrations.install, "Installs an app. It does nothing before it is connected; installing twice is harmless."
)
async def install_app(
    info: Info, input: Annotated[InstallAppInput, strawberry.argument(description="The app.")]
) -> InstallAppPayload:
    async with info.context.transaction() as ctx:
        await integrations.install(ctx, input.app.value)
    return InstallAppPayload(key=input.app)
