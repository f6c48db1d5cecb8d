"""Templates of quotes: saved from a quote, and removed. Beginning a quote with one is `copying.py`."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from domain.checks import required_text
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.ids import uuid7
from domain.permissions import Permission, requires
from domain.quotes import blueprint, loading
from domain.quotes.papers import QuoteTemplate
from domain.text import fold


@requires(Permission.QUOTES_WRITE)
async def save(ctx: Context, quote_id: UUID, name: str) -> UUID:
    """A new template with the sections and lines of the quote; delivery, dates and people stay out. Its id."""
    name = required_text(name, 200, field="name")
    content = blueprint.dump(blueprint.of(await loading.as_it_is(ctx, quote_id)))
    row = QuoteTemplate
    statement = insert(row).values(
        id=uuid7(), tenant_id=ctx.tenant_id, name=name, name_folded=fold(name), content=content
    )
    # Two who save at the same moment: the second one is told, not the database's error.
    statement = statement.on_conflict_do_nothing(index_elements=["tenant_id", "name_folded"])
    id: UUID | None = await ctx.session.scalar(statement.returning(row.id))
    if id is None:
        message = f"There is a template of the name “{name}” already. Remove it first, or choose another name."
        raise UserError(ErrorCode.TAKEN, message, ("name",))
    return id


@requires(Permission.QUOTES_WRITE)
async def remove(ctx: Context, template_id: UUID) -> None:
    template = await ctx.session.get(QuoteTemplate, template_id, with_for_update=True)
    if template is None:
        raise NotFound("There is no such template.", ("templateId",))
    await ctx.session.delete(template)
