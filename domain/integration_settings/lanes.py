"""Open lanes follow the code: a version that syncs more kinds of records needs no migration. Closes none."""

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from domain import outbox
from domain.context import Actor, Context
from domain.db import Database
from domain.integration_settings.apps import APPS, MAIL, App
from domain.outbox import Lane

# Nothing is taken away: a process of the version before may start meanwhile, and kinds that this one adds would be
# lost to it. What an app no longer takes goes when its lane is opened the next time.
_TAKE = text("""
    UPDATE lane SET subjects = ARRAY(SELECT DISTINCT unnest(lane.subjects || CAST(:subjects AS text[])) ORDER BY 1)
    WHERE provider = :provider AND NOT lane.subjects @> CAST(:subjects AS text[])
""")
_LACKING = text("""
    SELECT lane.tenant_id, array_agg(standing.subject) AS subjects
    FROM lane CROSS JOIN unnest(CAST(:standing AS text[])) AS standing(subject)
    WHERE lane.provider = :provider AND NOT EXISTS (
      SELECT FROM sync_task AS task
      WHERE task.tenant_id = lane.tenant_id AND task.provider = lane.provider AND task.subject = standing.subject
    )
    GROUP BY lane.tenant_id
""")


async def follow(database: Database) -> None:
    """Lanes that an earlier version opened take what this one takes, and work that recurs begins where it is new.

    To be called when a process starts, before it emits or works: what a lane doesn't take raises no work.
    """
    for app in (*APPS.values(), MAIL):
        await _follow(database, app)


async def keep_open(ctx: Context, app: App) -> None:
    """What needs no connecting has its lane from the first work on."""
    row = {"tenant_id": ctx.tenant_id, "provider": app.provider, "subjects": list(app.subjects)}
    await ctx.session.execute(insert(Lane).values(**row).on_conflict_do_nothing())


async def _follow(database: Database, app: App) -> None:
    async with database.system() as session:
        await session.execute(_TAKE, {"provider": app.provider, "subjects": list(app.subjects)})
        lacking = (await session.execute(_LACKING, {"provider": app.provider, "standing": list(app.standing)})).all()
    for lane in lacking:
        async with database.transaction(Actor.system(lane.tenant_id, "a new version")) as ctx:
            ctx.wake |= await outbox.raise_work(ctx.session, ctx.tenant_id, lane.subjects, provider=app.provider)
