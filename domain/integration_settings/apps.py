"""The apps that a tenant can install, and what every tenant has without: each with what its lane takes. How it is done
is for `integrations` to know.
"""

from dataclasses import dataclass

from domain.integration_settings import connectwise


@dataclass(frozen=True)
class App:
    """`subjects`: the kinds of root records that its lane takes. `standing`: work that recurs by itself.

    `connect`: the mutation that connects it.
    """

    provider: str
    title: str
    subjects: tuple[str, ...]
    standing: tuple[str, ...]
    connect: str


APPS = {
    app.provider: app
    for app in (
        App(connectwise.PROVIDER, connectwise.TITLE, connectwise.SUBJECTS, connectwise.STANDING, "connectConnectWise"),
    )
}

MAIL = App("MAIL", "E-mail", ("order_confirmation",), (), "")
"""The mails that we send ourselves: nothing to install, and its server is the deployment's."""
