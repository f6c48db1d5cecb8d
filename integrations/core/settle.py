"""Writing down how a run ended, in one transaction and only under its own lease: done, parked, waiting or later.

`done` becomes the `wanted` that was seen at the claim; if an edit committed meanwhile the record stays due.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain import outbox
from domain.context import Context
from domain.events import Event, SyncErrorRaised, SyncErrorResolved, SyncSettled
from domain.ids import parse_subject
from domain.integration_settings import service as integration_settings
from domain.integration_settings.apps import APPS
from domain.integration_settings.models import ConnectionStatus
from domain.sync.models import ErrorKind, Resolution, SyncError
from integrations.core.lease import LeaseLost
from integrations.core.outcome import Later, Need, Outcome
from integrations.core.provider import Problem
from integrations.core.timing import Random, Timing

# :finished — the run did all it could; :put_off — our budget of calls was spent, which is no failure; :delay — seconds
# until it is due again when it isn't finished (null: at once); :again — seconds until the same is done anew (null: when
# somebody asks for it).
_SETTLE = text("""
    UPDATE sync_task SET
      lease_token = NULL, lease_until = NULL,
      done = CASE WHEN :finished THEN greatest(done, :wanted) ELSE done END,
      attempts = CASE WHEN :failed THEN attempts + 1 WHEN :put_off THEN attempts ELSE 0 END,
      failing_since = CASE WHEN :failed THEN coalesce(failing_since, now()) WHEN :put_off THEN failing_since END,
      waits_for = CAST(:waits_for AS text),
      paced_until = CASE WHEN :wrote THEN now() + make_interval(secs => :pace) ELSE paced_until END,
      due_at = CASE
        WHEN :failed OR :put_off THEN now() + make_interval(secs => :delay)
        WHEN wanted > :wanted THEN
          greatest(now(), CASE WHEN :wrote THEN now() + make_interval(secs => :pace) ELSE paced_until END)
        WHEN :finished THEN now() + make_interval(secs => CAST(:again AS double precision))
        ELSE now() + make_interval(secs => :delay)
      END
    WHERE id = :task AND lease_token = :token
    RETURNING due_at, attempts, extract(epoch FROM now() - failing_since) AS failing_for
""")
_GIVE_UP = text(
    "UPDATE sync_task SET due_at = now() + make_interval(secs => CAST(:again AS double precision)),"
    " attempts = 0, failing_since = NULL, done = :wanted WHERE id = :task RETURNING due_at"
)
# Whoever waits for a root and that root's own run settle one after the other: else this one sees the error that the
# other just solves, the other doesn't see yet who waits, and nobody wakes it. Needs come before oneself, and by name,
# so that nobody waits in a ring.
_ONE_AFTER_THE_OTHER = text("""
    SELECT FROM sync_task
    WHERE tenant_id = :tenant AND provider = :provider AND subject = ANY(CAST(:roots AS text[]))
    ORDER BY subject FOR NO KEY UPDATE
""")
_WAKE_WAITERS = text("""
    UPDATE sync_task SET due_at = now(), waits_for = NULL
    WHERE tenant_id = :tenant AND provider = :provider AND waits_for = :root
      AND (lease_until IS NULL OR lease_until <= now())
    RETURNING id
""")
_LANE = text("""
    UPDATE lane SET
      -- Calls that were under way together fail together: that is one failure.
      failures = CASE
        WHEN :hold AND NOT :put_off AND held_until <= now() THEN lane.failures + 1
        WHEN :answered THEN 0
        ELSE lane.failures END,
      held_until = CASE
        WHEN held_until = 'infinity' THEN held_until
        WHEN :hold THEN greatest(held_until, now() + make_interval(secs => :seconds))
        WHEN :answered THEN '-infinity'
        ELSE held_until END,
      next_at = CASE
        WHEN held_until = 'infinity' THEN next_at
        WHEN :hold THEN now() + make_interval(secs => :seconds)
        WHEN :answered AND lane.failures > 0 THEN now()
        ELSE least(next_at, greatest(CAST(:due AS timestamptz), held_until)) END
    FROM (SELECT id, failures FROM lane WHERE tenant_id = :tenant AND provider = :provider) AS before
    WHERE lane.id = before.id
    RETURNING lane.failures, before.failures AS failures_before
""")


async def settle(
    ctx: Context,
    provider: str,
    root: str,
    *,
    task_id: UUID,
    token: UUID,
    wanted: int,
    attempts: int,
    outcome: Outcome,
    timing: Timing,
    random: Random,
) -> None:
    """Raises LeaseLost when the record is no longer ours; then nothing of this run is written."""
    put_off = outcome.later is not None and outcome.later.over_budget
    failed = outcome.later is not None and not put_off
    finished = outcome.later is None and outcome.wait is None and not outcome.needs and outcome.unauthorized is None
    blocking = await _blocking(ctx, provider, {need.root for need in outcome.needs})
    open_needs = list(dict.fromkeys(need.root for need in outcome.needs if need.root not in blocking))
    # Nothing to do but wait for a person.
    stuck = bool(outcome.needs) and not open_needs and outcome.later is None and outcome.wait is None
    problems = list(outcome.problems)
    problems += [_blocked(need, blocking[need.root]) for need in outcome.needs if need.root in blocking]
    delay = timing.longest_retry if stuck else _delay(outcome, attempts, timing, random)
    row = (
        await ctx.session.execute(
            _SETTLE,
            {
                "task": task_id,
                "token": token,
                "wanted": wanted,
                "finished": finished,
                "failed": failed,
                "put_off": put_off,
                "wrote": outcome.wrote,
                "pace": timing.pace,
                "delay": delay,
                "again": outcome.again_in,
                "waits_for": next(iter([*open_needs, *blocking]), None),
            },
        )
    ).one_or_none()
    if row is None:
        raise LeaseLost
    due = row.due_at
    given_up = failed and (row.attempts >= timing.attempts or float(row.failing_for or 0) >= timing.give_up_after)
    if given_up and outcome.later is not None:
        due = await ctx.session.scalar(_GIVE_UP, {"task": task_id, "wanted": wanted, "again": outcome.again_in})
        problems.append(_gave_up(outcome.later, row.attempts))
    if open_needs:
        # In the same transaction as waiting for it: its run will come after this commit and will find who waits.
        ctx.wake |= await outbox.raise_work(ctx.session, ctx.tenant_id, open_needs, provider=provider)
    doubtful = {problem.look_at for problem in problems if problem.look_at}
    if doubtful:
        ctx.wake |= await outbox.raise_work(ctx.session, ctx.tenant_id, sorted(doubtful), provider=provider, look=True)
    news = finished
    if finished or given_up or stuck:
        news |= await _errors(ctx, provider, root, problems, clear=finished or stuck)
    elif problems:
        news |= await _errors(ctx, provider, root, problems, clear=False)
    if news:
        with suppress(ValueError):  # a catalog item or an arrival is no record here
            ctx.emit(SyncSettled(parse_subject(root)[1]))
    # Who waits is woken when the record is linked, and also when it failed: they then say what blocks them.
    if outcome.linked or problems:
        woken = (
            await ctx.session.execute(_WAKE_WAITERS, {"tenant": ctx.tenant_id, "provider": provider, "root": root})
        ).all()
        if woken:
            due = await ctx.session.scalar(select(func.now()))
    await _lane(ctx, provider, outcome, due, timing, random)
    if outcome.unauthorized is not None:
        await integration_settings.report(
            ctx, provider, ConnectionStatus.UNAUTHORIZED, message=_refused(APPS[provider].title, outcome.unauthorized)
        )


def _delay(outcome: Outcome, attempts: int, timing: Timing, random: Random) -> float:
    if outcome.later is not None and outcome.later.over_budget:
        return outcome.later.retry_after or 0
    if outcome.later is not None:
        return max(timing.retry(attempts + 1, random), outcome.later.retry_after or 0)
    if outcome.wait is not None:
        return outcome.wait
    return timing.blocked if outcome.needs else 0


async def _lane(ctx: Context, provider: str, outcome: Outcome, due: Any, timing: Timing, random: Random) -> None:
    hold = outcome.later is not None and outcome.later.hold
    put_off = outcome.later is not None and outcome.later.over_budget
    failures = 0
    if hold:
        failures = int(
            await ctx.session.scalar(
                text("SELECT failures FROM lane WHERE tenant_id = :tenant AND provider = :provider"),
                {"tenant": ctx.tenant_id, "provider": provider},
            )
            or 0
        )
    seconds = 0.0 if put_off else timing.hold(failures + 1, random)
    if outcome.later is not None and outcome.later.retry_after:
        seconds = max(seconds, outcome.later.retry_after)
    result = await ctx.session.execute(
        _LANE,
        {
            "tenant": ctx.tenant_id,
            "provider": provider,
            "hold": hold,
            "put_off": put_off,
            "answered": outcome.called and not hold,
            "seconds": seconds,
            "due": due,
        },
    )
    lane = result.one_or_none()
    if lane is not None and lane.failures == timing.unreachable_after > lane.failures_before:
        await integration_settings.note(ctx, provider, ConnectionStatus.UNREACHABLE)
    elif lane is not None and lane.failures < timing.unreachable_after <= lane.failures_before:
        await integration_settings.note(ctx, provider, ConnectionStatus.CONNECTED)
    if due is not None and not hold:
        ctx.wake.add(provider)


async def _errors(ctx: Context, provider: str, root: str, problems: Sequence[Problem], *, clear: bool) -> bool:
    """Open or renew the errors of this run; with `clear` those of this root that it didn't meet again are solved.

    Whether any is new or solved.
    """
    events: list[Event] = []
    for problem in problems:
        values = {
            "title": problem.title,
            "kind": problem.kind.value,
            "message": problem.message,
            "setting": problem.setting,
            "remote_code": problem.remote_code,
            "remote_text": problem.remote_text,
        }
        opened = await ctx.session.execute(
            insert(SyncError)
            .values(tenant_id=ctx.tenant_id, provider=provider, subject=problem.subject, root=root, **values)
            .on_conflict_do_update(
                index_elements=["tenant_id", "provider", "subject"],
                index_where=SyncError.resolved_at.is_(None),
                set_={**values, "attempts": SyncError.attempts + 1, "last_at": func.now()},
            )
            .returning(SyncError.id, SyncError.attempts)
        )
        events += [SyncErrorRaised(error.id) for error in opened if error.attempts == 1]
    if clear:
        solved = await ctx.session.scalars(
            update(SyncError)
            .where(
                SyncError.provider == provider,
                SyncError.root == root,
                SyncError.resolved_at.is_(None),
                SyncError.subject.not_in([problem.subject for problem in problems]),
            )
            .values(resolved_at=func.now(), resolution=Resolution.SYNCED.value)
            .returning(SyncError.id)
        )
        events += [SyncErrorResolved(id) for id in solved]
    for event in events:
        ctx.emit(event)
    return bool(events)


async def _blocking(ctx: Context, provider: str, roots: set[str]) -> dict[str, SyncError]:
    """The open error of each root that has one: then a person has to act. They stay as they are until we commit."""
    if not roots:
        return {}
    about = {"tenant": ctx.tenant_id, "provider": provider, "roots": list(roots)}
    await ctx.session.execute(_ONE_AFTER_THE_OTHER, about)
    found = await ctx.session.scalars(
        select(SyncError)
        .where(
            SyncError.provider == provider,
            SyncError.root.in_(roots),
            SyncError.resolved_at.is_(None),
            SyncError.kind != ErrorKind.BLOCKED.value,
        )
        .order_by(SyncError.last_at)
    )
    return {error.root: error for error in found}


def _blocked(need: Need, error: SyncError) -> Problem:
    return Problem(
        ErrorKind.BLOCKED,
        f"Waits for {error.title}: {error.message} It goes on by itself when that is solved.",
        need.subject,
        need.title,
        setting=error.setting,
    )


def _gave_up(later: Later, attempts: int) -> Problem:
    return Problem(
        ErrorKind.UNAVAILABLE,
        f"Gave up after {attempts} attempts. The last answer: {later.text} Retry when the other side is well again.",
        later.subject,
        later.title,
        remote_code=later.remote_code,
        remote_text=later.text,
    )


def _refused(title: str, text: str) -> str:
    return (
        f"{title} refuses the keys of this connection ({text}). Everything waits; nothing is lost."
        " Check the API member there, then connect again with valid keys."
    )
