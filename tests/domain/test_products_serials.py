"""Serial numbers: what a list of them must be, and that a product has each one once."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UserError, UserErrors
from domain.products import serials
from domain.products import service as products
from domain.products.models import Product
from domain.products.serials import Piece
from domain.text import fold
from tests.rig import make_msp, opened

PHONE = {"title": "Phone", "price": Decimal(10), "serialized": True}


@pytest.fixture
async def db(database):
    async with opened(database.app_url) as db:
        yield db


@pytest.fixture
async def msp(db):
    return await make_msp(db)


async def a_product(msp, **more):
    async with msp.transaction() as ctx:
        return await products.create(ctx, {**PHONE, **more})


def pieces(product, *numbers):
    found = enumerate(serials.checked(numbers, Decimal(len(numbers))))
    return [Piece(product.id, serial, ("serialNumbers", str(place))) for place, serial in found]


async def enter(msp, product, *numbers):
    async with msp.transaction() as ctx:
        await serials.enter(ctx, pieces(product, *numbers))


def told(error) -> list[tuple[str, ...]]:
    errors = error.value.errors if isinstance(error.value, UserErrors) else [error.value]
    return [(one.code.value, *one.field) for one in errors]


def test_one_number_a_piece_trimmed_and_in_order():
    found = serials.checked(["  SN 2 ", "sn-1"], Decimal("2.000000"))
    assert [(serial.number, serial.folded) for serial in found] == [("SN 2", "sn2"), ("sn-1", "sn-1")]
    assert serials.checked([], Decimal(0)) == []


@pytest.mark.parametrize(
    ("numbers", "quantity", "complaints"),
    [
        (["a"], "2", [("INVALID", "serialNumbers")]),
        (["a", "b"], "1", [("INVALID", "serialNumbers")]),
        ([], "1", [("REQUIRED", "serialNumbers")]),
        (["a"], "1.5", [("INVALID", "quantity")]),
        (["a", " A"], "2", [("INVALID", "serialNumbers", "1")]),
        (["x y", "b", "XY", "", "z" * 101], "5",
         [("INVALID", "serialNumbers", "2"), ("REQUIRED", "serialNumbers", "3"), ("TOO_LONG", "serialNumbers", "4")]),
        (["\u200b"], "1", [("INVALID", "serialNumbers", "0")]),
        (["\u0301"], "1", [("INVALID", "serialNumbers", "0")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(numbers, quantity, complaints):
    with pytest.raises((UserError, UserErrors)) as error:
        serials.checked(numbers, Decimal(quantity))
    assert told(error) == complaints


@given(st.lists(st.text(max_size=110), max_size=8), st.integers(0, 8))
def test_what_is_let_through_is_whole_and_different(numbers, quantity):
    try:
        found = serials.checked(numbers, Decimal(quantity))
    except (UserError, UserErrors):
        return
    assert len(found) == quantity == len({serial.folded for serial in found})
    for serial, given_ in zip(found, numbers, strict=True):
        assert serial.number == given_.strip()
        assert serial.folded == fold(given_)
        assert 0 < len(serial.number) <= serials.LONGEST


def test_only_serialized_products_take_numbers():
    phone, cable = Product(serialized=True), Product(serialized=False)
    assert [serial.number for serial in serials.of_product(phone, ["a"], Decimal(1))] == ["a"]
    assert serials.of_product(cable, [], Decimal("2.5")) == serials.of_product(None, [], Decimal(1)) == []
    for product in (cable, None):
        with pytest.raises(UserError) as error:
            serials.of_product(product, ["a"], Decimal(1))
        assert told(error) == [("INVALID", "serialNumbers")]


async def test_a_product_has_a_number_once_and_another_product_may_have_it_too(msp):
    phone, other = await a_product(msp), await a_product(msp)
    await enter(msp, phone, "SN 1", "SN 2")
    await enter(msp, other, "SN 1")
    with pytest.raises(UserErrors) as error:
        await enter(msp, phone, "SN 3", "sn1")
    assert told(error) == [("TAKEN", "serialNumbers", "1")]
    assert "sn1" in error.value.errors[0].message
    async with msp.transaction() as ctx:
        known = await serials.known(ctx, pieces(phone, "sn 2", "SN3"))
    assert {key: piece.number for key, piece in known.items()} == {(phone.id, "sn2"): "SN 2"}


async def test_of_many_who_enter_one_number_at_once_one_succeeds(msp):
    phone = await a_product(msp)
    lists = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]
    done = await asyncio.gather(*(enter(msp, phone, *numbers) for numbers in lists), return_exceptions=True)
    assert sum(outcome is None for outcome in done) == 1
    assert {type(outcome) for outcome in done if outcome is not None} == {UserErrors}


async def test_the_pieces_of_another_tenant_are_not_known(db, msp):
    phone = await a_product(msp)
    await enter(msp, phone, "SN 1")
    other = await make_msp(db, name="Elsewhere IT")
    async with other.transaction() as ctx:
        assert await serials.known(ctx, pieces(phone, "SN 1")) == {}
