"""Facts read by a cursor: in one order for everybody, whatever commits when; and cursors that can't be trusted."""

from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from domain import facts, outbox
from domain.errors import BadCursor
from domain.organizations import service as organizations
from domain.paging import encode
from tests.rig import make_msp, opened


@pytest.fixture
async def db(database):
    async with opened(database.app_url) as db:
        yield db


@pytest.fixture
async def msp(db):
    return await make_msp(db)


async def a_change(msp, name="Acme"):
    async with msp.transaction() as ctx:
        return (await organizations.create(ctx, {"name": name})).id


async def begin(msp, stack: AsyncExitStack, name="Acme"):
    """A change whose fact is written, and whose transaction is still open."""
    ctx = await stack.enter_async_context(msp.transaction())
    made = await organizations.create(ctx, {"name": name})
    await outbox.write(ctx.session, ctx)
    return made.id


async def everything(msp, after, limit=3):
    """Read as a follower reads: part after part."""
    found: list[facts.Fact] = []
    is_last = False
    while not is_last:
        async with msp.transaction() as ctx:
            batch = await facts.read(ctx.session, after, tenants=[msp.id], limit=limit)
        found += batch.facts
        after, is_last = batch.upto, batch.is_last
    return found, after


async def now(msp):
    async with msp.transaction() as ctx:
        return await facts.now(ctx.session)


async def test_what_began_early_and_commits_late_is_not_passed_over(msp):
    start = await now(msp)
    async with AsyncExitStack() as late:
        first = await begin(msp, late)
        second = await a_change(msp)
        seen, place = await everything(msp, start)
        assert seen == [], "what has committed waits for the older one"
    seen, _ = await everything(msp, place)
    assert [fact.key for fact in seen] == [str(first), str(second)]


async def test_what_was_written_down_later_may_stand_earlier(msp):
    """Ids are given when facts are written, transaction ids before: one reads by the latter."""
    start = await now(msp)
    async with msp.transaction() as ctx:
        first = (await organizations.create(ctx, {"name": "Acme"})).id
        second = await a_change(msp)
    for limit in (1, 9):
        assert [fact.key for fact in (await everything(msp, start, limit))[0]] == [str(first), str(second)]


async def test_a_rolled_back_change_holds_nothing_up(msp):
    start = await now(msp)
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with AsyncExitStack() as late:
            await begin(msp, late)
            second = await a_change(msp)
            raise RuntimeError
    seen, _ = await everything(msp, start)
    assert [fact.key for fact in seen] == [str(second)]


async def test_reading_in_parts_gives_each_fact_once_in_one_order(msp):
    start = await now(msp)
    made = [str(await a_change(msp, f"Acme {number}")) for number in range(10)]
    async with msp.transaction() as ctx:  # several facts of one transaction
        made += [str((await organizations.create(ctx, {"name": f"Oak {number}"})).id) for number in range(5)]
    for limit in (1, 3, 15, 100):
        seen, place = await everything(msp, start, limit)
        assert [fact.key for fact in seen] == made
        assert await everything(msp, place, limit) == ([], place)


async def test_one_can_go_on_behind_every_fact(msp):
    start = await now(msp)
    for number in range(4):
        await a_change(msp, f"Acme {number}")
    seen, _ = await everything(msp, start)
    assert len(seen) == 4
    for number, fact in enumerate(seen):
        async with msp.transaction() as ctx:
            place = await facts.place_of(ctx.session, fact.cursor)
        assert (await everything(msp, place))[0] == seen[number + 1 :]


async def test_a_place_is_one_for_all_tenants_and_facts_are_not(db, msp):
    other = await make_msp(db, "Elsewhere IT")
    start = await now(msp)
    mine, theirs = await a_change(msp), await a_change(other)
    async with db.system() as session:
        both = await facts.read(session, start, tenants=[msp.id, other.id], limit=9)
        own = await facts.read(session, start, tenants=[msp.id], limit=9)
    assert [fact.key for fact in both.facts] == [str(mine), str(theirs)]
    assert [fact.key for fact in own.facts] == [str(mine)]
    async with msp.transaction() as ctx:  # row-level security, whatever is asked
        assert (await facts.read(ctx.session, start, tenants=[other.id], limit=9)).facts == []


async def test_a_fact_says_who_did_what_and_to_what(msp):
    start = await now(msp)
    made = await a_change(msp)
    [fact] = (await everything(msp, start))[0]
    assert (fact.name, fact.kind, fact.key, fact.actor) == ("OrganizationCreated", "organization", str(made), "test")


async def test_a_cursor_of_now_begins_now(msp):
    await a_change(msp)
    async with msp.transaction() as ctx:
        place = await facts.place_of(ctx.session, await facts.cursor(ctx.session))
    later = await a_change(msp)
    assert [fact.key for fact in (await everything(msp, place))[0]] == [str(later)]


@pytest.mark.parametrize("role", ["qw_app", "qw_system"])
async def test_reading_goes_on_where_it_stopped_by_an_index(db, msp, role):
    async with db.system() if role == "qw_system" else msp.transaction() as opened_:
        session = getattr(opened_, "session", opened_)
        await session.execute(text("SET LOCAL enable_seqscan = off"))  # a small table would be read as a whole
        explained = text(f"EXPLAIN (COSTS OFF) {facts._READ.text}").bindparams(*facts._READ._bindparams.values())
        values = {"tenants": [msp.id], "txid": "9", "id": 1, "last_txid": "99", "last_id": 1, "limit": 5}
        plan = "\n".join(await session.scalars(explained, values))
    assert "Index Cond" in plan
    assert "txid" in plan.partition("Index Cond")[2].partition("\n")[0], plan


async def test_the_guard_of_every_changed_row_looks_its_fact_up_by_its_root(msp):
    """What is asked is what the trigger `fact_required` asks, before anything is known of how the table is filled."""
    async with msp.transaction() as ctx:
        plan = "\n".join(
            await ctx.session.scalars(
                text("EXPLAIN (COSTS OFF) SELECT FROM outbox WHERE txid = pg_current_xact_id() AND subject = 'quote:1'")
            )
        )
    condition = plan.partition("Index Cond")[2].partition("\n")[0]
    assert all(name in condition for name in ("tenant_id", "txid", "subject")), plan


@pytest.mark.parametrize(
    "values",
    [[], [1], [1, 2], [1, 2, 3, 4], ["1", 2, 3], [True, 0, 0], [1.5, 2, 3], [-1, 0, 0], [1, -1, 0], [1, 2, -1],
     [2**63, 0, 0], [1, 2**63, 0], [1, 2, 2**40], [1, 2, 2**99], [None, 0, 0], [[1], 2, 3], ["'; --", 0, 0]],
)  # fmt: skip
async def test_what_is_no_cursor_is_told_so(msp, values):
    async with msp.transaction() as ctx:
        for text_ in (encode("facts", *values), encode("other", 1, 2, 3), "", "x", "é", "W10"):
            with pytest.raises(BadCursor, match="not a cursor of changes"):
                await facts.place_of(ctx.session, text_)


async def test_a_cursor_from_a_time_that_never_was_is_refused(msp):
    """Of another database, or of this one before it was put back to an older state."""
    async with msp.transaction() as ctx:
        place = await facts.now(ctx.session)
        with pytest.raises(BadCursor, match="not a cursor"):
            await facts.place_of(ctx.session, encode("facts", place.txid + 1_000_000, 0, 4_000_000_000))


async def test_a_cursor_older_than_what_is_kept_says_to_read_the_lists_again(msp):
    async with msp.transaction() as ctx:
        place = await facts.now(ctx.session)
        seconds = await ctx.session.scalar(text("SELECT CAST(extract(epoch FROM now()) AS bigint)"))
        day = 24 * 60 * 60
        assert await facts.place_of(ctx.session, encode("facts", *place, seconds - facts.KEPT * day + 60)) == place
        with pytest.raises(BadCursor, match=r"7 days.*read the lists again"):
            await facts.place_of(ctx.session, encode("facts", *place, seconds - facts.KEPT * day - 60))


async def ages(msp) -> list[int]:
    """How old the facts of a tenant are, in hours: those of before this test."""
    async with msp.transaction() as ctx:
        age = "CAST(extract(epoch FROM now() - at) / 3600 AS int)"
        return list(await ctx.session.scalars(text(f"SELECT {age} AS age FROM outbox WHERE {age} > 0 ORDER BY age")))


async def aged(msp, hours: int, count: int = 1) -> None:
    async with msp.transaction() as ctx:
        row = text(
            "INSERT INTO outbox (tenant_id, name, subject, payload, actor, at) SELECT :tenant, 'QuoteSent', 'quote:1',"
            " '{}', 'test', now() - make_interval(hours => :hours) FROM generate_series(1, :count)"
        )
        await ctx.session.execute(row, {"tenant": msp.id, "hours": hours, "count": count})


async def forgotten(db) -> bool:
    async with db.system() as session:
        return await facts.forget(session, at_once=3)


async def test_facts_go_an_hour_after_nobody_can_resume_from_them(db, msp):
    other = await make_msp(db, "Elsewhere IT")
    kept = facts.KEPT * 24
    for tenant in (msp, other):
        for hours in (1, kept, kept + 2, 5_000):
            await aged(tenant, hours)
    while await forgotten(db):
        pass
    assert await ages(msp) == await ages(other) == [1, kept]


async def test_facts_go_part_by_part_and_one_process_at_a_time(db, msp):
    await aged(msp, 5_000, count=5)
    assert await forgotten(db)
    assert len(await ages(msp)) == 2
    async with db.system() as elsewhere:
        await elsewhere.execute(facts._ONE_AT_A_TIME)
        assert not await forgotten(db)
    assert len(await ages(msp)) == 2
    assert not await forgotten(db)
    assert await ages(msp) == []
