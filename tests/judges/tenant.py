"""A tenant who works with everything: connected, with records in many states. What is random comes later."""

from runtime.tour import quoting, steps
from runtime.tour.stage import Stage

_TOUR = (
    *(steps.install, steps.connect, steps.choose, steps.organization),
    *(quoting.products, quoting.quote, quoting.accept),
)


def furnish(stage: Stage) -> None:
    for step in _TOUR:
        step(stage)
    _fail_to_sync(stage)
    for _ in range(3):
        _drafted(stage)
        _sent(stage)


def _fail_to_sync(stage: Stage) -> None:
    """Leave a sync error, and nothing that goes on syncing."""
    right = {"instance": stage.running["connectwise"]["companyId"], "module": "Companies / Company Maintenance"}
    stage.control("POST", "/permissions", {**right, "level": "none"})
    stage.do("createOrganization", "organization { id }", name="Nobody May Make It")
    stage.until("a sync error", lambda: stage.ask("{ syncErrors { nodes { id } } }")["syncErrors"]["nodes"])
    for name in ("Organization", "Opportunity"):
        stage.do(f"updateConnectWise{name}Sync", "connectWise { status }", enabled=False)


def customer(stage: Stage) -> tuple[str, str]:
    """The id of a quote that was sent, and the token of the customer's link to it."""
    quote = _sent(stage)
    link = stage.do("createOfferLink", "offerLink { token }", quoteId=quote)["offerLink"]
    return quote, link["token"]


def _sent(stage: Stage) -> str:
    quote = _drafted(stage)
    stage.do("sendQuote", "quote { id }", quoteId=quote)
    return quote


def _drafted(stage: Stage) -> str:
    ours = stage.memory["organization"]
    goods = [{"productId": product["id"], "optional": True} for product in stage.memory["products"][:3]]
    made = stage.do(
        "createQuote",
        "quote { id }",
        organizationId=ours["id"],
        contactId=ours["contacts"][0]["id"],
        title="Second floor",
        sections=[{"type": "PRODUCTS", "title": "Goods", "lines": goods}, {"type": "TEXT", "title": "Terms"}],
    )
    quote: str = made["quote"]["id"]
    return quote
