"""Ids: order and form of UUIDs, and that only our own spelling of a global id is read."""

import base64
import itertools
import string
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErrorCode, UserError
from domain.ids import Uuid7Source, global_id, parse_global_id, parse_subject, subject, uuid7

ID = UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


def test_the_example_of_the_standard() -> None:
    """RFC 9562, appendix A.6."""
    random = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert Uuid7Source(now_ms=lambda: 0x017F22E279B0, randbits=lambda _: random)() == ID


def milliseconds(id: UUID) -> int:
    return id.int >> 80


def test_the_time_stands_in_front() -> None:
    before = time.time_ns() // 1_000_000
    id = uuid7()
    assert before <= milliseconds(id) <= time.time_ns() // 1_000_000 + 1
    assert (id.version, id.variant) == (7, RFC_4122)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=60), st.sampled_from([0, 1, 2**74 - 1]))
def test_ids_grow_whatever_the_clock_and_the_dice_do(clock: list[int], dice: int) -> None:
    ticks = iter(clock)
    source = Uuid7Source(now_ms=lambda: 10**12 + next(ticks), randbits=lambda bits: dice & (1 << bits) - 1)
    ids = [source() for _ in clock]
    assert all(a < b for a, b in itertools.pairwise(ids))
    assert {(id.version, id.variant) for id in ids} == {(7, RFC_4122)}


def test_the_clock_leads_again_after_a_step_back() -> None:
    ticks = iter([1000, 5, 1000, 1001])
    source = Uuid7Source(now_ms=lambda: next(ticks), randbits=lambda bits: 7)
    assert [milliseconds(source()) for _ in range(4)] == [1000, 1000, 1000, 1001]


def test_threads_share_a_source_without_making_twins() -> None:
    source = Uuid7Source(now_ms=lambda: 1_700_000_000_000, randbits=lambda bits: 0)

    def make(_: int) -> list[UUID]:
        return [source() for _ in range(2_000)]

    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(make, range(8)))
    assert len({id for batch in batches for id in batch}) == 16_000
    assert all(a < b for batch in batches for a, b in itertools.pairwise(batch))


def test_the_lock_is_held_while_the_state_changes() -> None:
    """Threads seldom collide by chance, so the clock makes them: it asks for another id while one is being made."""
    inner: list[bool] = []

    def clock() -> int:
        inner.append(source._lock.acquire(blocking=False))
        return 1

    source = Uuid7Source(now_ms=clock)
    source()
    assert inner == [False]


names = st.from_regex(r"[A-Z][A-Za-z0-9]{0,30}", fullmatch=True)


@given(names, st.uuids())
def test_a_global_id_comes_back(name: str, id: UUID) -> None:
    text = global_id(name, id)
    assert parse_global_id(text) == (name, id)
    assert set(text) <= set(string.ascii_letters + string.digits + "-_")


def test_a_global_id_is_the_base64url_of_type_and_id() -> None:
    assert global_id("Quote", ID) == base64.urlsafe_b64encode(f"Quote:{ID}".encode()).decode().rstrip("=")


def encoded(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


GOOD = global_id("Quote", ID)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1",
        "Q-1001",
        str(ID),
        f"Quote:{ID}",
        GOOD + "=",
        GOOD + "\n",
        " " + GOOD,
        GOOD[:-1],
        GOOD + "A",
        GOOD + GOOD,
        "é" + GOOD[1:],
        "\ud800",
        "A" * 1_000_000,
        encoded("Quote:"),
        encoded("Quote"),
        encoded(f":{ID}"),
        encoded(f"quote:{ID}"),
        encoded(f"Qu ote:{ID}"),
        encoded(f"Quote:{ID}:"),
        encoded(f"Quote::{ID}"),
        encoded(f"Quote:{str(ID).upper()}"),
        encoded(f"Quote:{ID.hex}"),
        encoded(f"Quote:{{{ID}}}"),
        encoded(f"Quote:{ID.urn}"),
        encoded(f"Quote: {ID}"),
        encoded("Quote:1"),
        encoded(b"\xff\xfe:" + str(ID).encode()),
        base64.b64encode(f"Quote:{ID}".encode()).decode() + "==",
    ],
)
def test_anything_else_is_no_global_id(text: str) -> None:
    check_refused(text)


@given(st.text() | st.text(string.ascii_letters + string.digits + "-_=") | st.binary().map(encoded))
def test_noise_is_no_global_id(text: str) -> None:
    check_refused(text)


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(string.ascii_letters + string.digits + "-_"))
def test_a_record_has_one_spelling(position: int, character: str) -> None:
    changed = GOOD[:position] + character + GOOD[position + 1 :]
    try:
        parsed = parse_global_id(changed)
    except UserError:
        return
    assert (parsed == ("Quote", ID)) == (changed == GOOD)


def check_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_global_id(text)
    error = caught.value
    assert error.code is ErrorCode.INVALID
    assert error.message == "This is not an id of ours. Pass ids on exactly as the API returned them."
    assert error.__suppress_context__


@pytest.mark.parametrize("name", ["", "quote", "Quote:", "Qu-ote", "Q" * 65])
def test_only_names_of_types_make_global_ids(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a type"):
        global_id(name, ID)


def test_a_subject_comes_back() -> None:
    assert subject("sales_order", ID) == f"sales_order:{ID}"
    assert parse_subject(f"sales_order:{ID}") == ("sales_order", ID)


@pytest.mark.parametrize("kind", ["", "Quote", "quote:", "sales order", "1st"])
def test_only_kinds_make_subjects(kind: str) -> None:
    with pytest.raises(ValueError, match="not a kind"):
        subject(kind, uuid4())


@pytest.mark.parametrize(
    "text", ["", "quote", "quote:", f"Quote:{ID}", f"quote:{ID}/entered", f"quote:{ID.hex}", "catalog_item:ABC-1"]
)
def test_anything_else_is_no_subject(text: str) -> None:
    with pytest.raises(ValueError):
        parse_subject(text)
