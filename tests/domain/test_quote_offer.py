"""What the customer sees of a quote: all that it comes to, nothing of what it costs, and as JSON the same for good."""

import json

from hypothesis import given

from domain.ids import uuid7
from domain.quotes import offer
from domain.quotes.lifecycle import QuoteStatus
from domain.quotes.models import Quote
from domain.quotes.offer import Offer, OfferState
from tests.domain.test_drafting import Drafted, drafts

SECRET = ("cost", "margin", "note", "owner", "approv", "tenant", "email", "phone", "part_key", "product_id")


def offer_of(quote: Quote) -> Offer:
    for row in (*quote.lines, *quote.sections):
        row.id = row.id or uuid7()
    quote.number, quote.title = "Q-1001", "New network"
    return offer.of(quote, organization_name="Acme Dental", contact_name=None)


@given(drafts())
def test_what_was_sent_is_read_again_as_it_was(drafted: Drafted) -> None:
    sent = offer_of(drafted[0])
    assert offer.load(json.loads(json.dumps(offer.dump(sent)))) == sent


@given(drafts())
def test_every_line_and_section_is_there_once_with_its_sums(drafted: Drafted) -> None:
    quote = drafted[0]
    sent = offer_of(quote)
    lines = [*sent.lines, *(line for section in sent.sections for line in section.lines)]
    assert [line.id for line in lines] == [line.id for line in quote.lines]
    assert sum(line.net_total for line in lines if line.counted) + sent.delivery_amount == sent.subtotal
    for section in sent.sections:
        assert section.subtotal == sum(line.net_total for line in section.lines if line.counted)
        assert section.total == sum(line.total for line in section.lines if line.counted)


def test_nothing_in_it_is_our_own_business() -> None:
    names = {name for kind in (offer.Offer, offer.OfferSection, offer.OfferLine) for name in kind.__struct_fields__}
    assert not [name for name in names for secret in SECRET if secret in name]


def test_an_offer_stands_as_the_quote_does() -> None:
    states = {(status, late): offer.state(status, expired=late) for status in QuoteStatus for late in (False, True)}
    open_ = {QuoteStatus.SENT, QuoteStatus.VIEWED}
    for (status, late), state in states.items():
        if status in open_:
            assert state is (OfferState.EXPIRED if late else OfferState.OPEN)
        elif status in (QuoteStatus.ACCEPTED, QuoteStatus.DECLINED):
            assert state.value == status.value
        else:
            assert state is OfferState.WITHDRAWN
