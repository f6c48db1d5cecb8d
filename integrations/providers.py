"""The shelf: which vendors this deployment can sync with. Another one is one more line here."""

from collections.abc import Mapping

from integrations.connectwise.provider import ConnectWise
from integrations.core.provider import Provider


def shelf(connectwise: ConnectWise) -> Mapping[str, Provider]:
    return {connectwise.name: connectwise}
