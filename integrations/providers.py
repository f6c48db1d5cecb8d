"""The shelf: which vendors this process can sync with, each under its name. Makes none: who starts the process does."""

from collections.abc import Mapping

from integrations.core.provider import Provider


def shelf(*providers: Provider) -> Mapping[str, Provider]:
    return {provider.name: provider for provider in providers}
