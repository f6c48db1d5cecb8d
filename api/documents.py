"""A GraphQL document, made ready once: parsed, measured, validated, and what each operation needs is known.

Nothing here depends on who asks, so the next caller with the same text is spared all of it. Stock ParserCache and
ValidationCache keep less, and the second one hashes the whole tree to find what it kept.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules, validate
from graphql.validation import NoFragmentCyclesRule, NoUnusedFragmentsRule, UniqueFragmentNamesRule
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api import limits
from api.measuring import Measuring, Operation
from api.permissions import Rules
from domain.errors import LimitExceeded
from domain.permissions import Permission

_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
_FRAGMENT_RULES = (UniqueFragmentNamesRule, NoFragmentCyclesRule, NoUnusedFragmentsRule)
_MOST_ERRORS = 20
_KEPT_TOKENS = 100_000  # about 50 MB of syntax trees, whatever hostile clients send


class Invalid(Exception):
    """The document is no GraphQL, or not of this schema."""

    def __init__(self, errors: list[GraphQLError], *, syntax: bool) -> None:
        super().__init__(errors[0].message)
        self.errors = errors
        self.syntax = syntax


@dataclass(frozen=True)
class Ready:
    """A valid document, and what is known of its operations, by name."""

    document: DocumentNode
    operations: Mapping[str | None, Operation]
    tokens: int

    @property
    def needs(self) -> Mapping[str | None, frozenset[Permission]]:
        """What each operation has to be allowed."""
        return {name: operation.size.needs for name, operation in self.operations.items()}


class Documents:
    """The documents seen lately. Only valid ones are kept, and no more than a bounded number of tokens."""

    def __init__(self, schema: GraphQLSchema, rules: Rules) -> None:
        self._schema = schema
        self._rules = rules
        self._ready: OrderedDict[str, Ready] = OrderedDict()
        self._tokens = 0

    def ready(self, text: str) -> Ready:
        """Raises Invalid or LimitExceeded."""
        found = self._ready.get(text)
        if found is not None:
            self._ready.move_to_end(text)
            return found
        made = self._make(text)
        self._ready[text] = made
        self._tokens += made.tokens
        while self._tokens > _KEPT_TOKENS:
            _, dropped = self._ready.popitem(last=False)
            self._tokens -= dropped.tokens
        return made

    def _make(self, text: str) -> Ready:
        tokens = limits.scan(text)
        try:
            document = parse(text, max_tokens=limits.TOKENS)
        except GraphQLError as error:
            raise Invalid([error], syntax=True) from None
        try:
            measuring = Measuring(self._schema, self._rules, document)
            operations = measuring.check()
        except RecursionError:
            raise LimitExceeded("The fragments of the document are nested too deeply.") from None
        rules = _FRAGMENT_RULES if measuring.unmeasured else _RULES
        errors = validate(self._schema, document, rules, max_errors=_MOST_ERRORS, hide_suggestions=True)
        if errors:
            raise Invalid(errors, syntax=False)
        # Long comments and strings are few tokens, but are kept too.
        return Ready(document, operations, tokens + len(text) // 100)
