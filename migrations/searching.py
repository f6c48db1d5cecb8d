"""The functions that search, for the revisions that make them. Part of history: what a revision has run stays as it is,
so a change of a search is a revision of its own and another function here.

They run as qw_search, who sees every tenant: each looks at `app.tenant` itself, and answers ids only.
"""

from collections.abc import Iterable, Mapping

from alembic import op

# Without sequential scans: where a LIMIT is near, the planner takes the rows of all tenants for its own.
_HEAD = """
CREATE OR REPLACE FUNCTION {name}(query text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 1000
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan SET enable_seqscan = off
SET pg_trgm.word_similarity_threshold = {alike} AS $$
DECLARE
  own CONSTANT uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  part CONSTANT text := regexp_replace(query, '([\\\\%_])', '\\\\\\1', 'g');
"""


def searching(name: str, body: str, reads: Mapping[str, Iterable[str]], *, alike: float = 0.6) -> None:
    """A function of one text, `body`, for qw_app. `reads`: the columns it needs of tables that no search had so far.

    `alike`: the part of its trigrams that a text has to find somewhere, to be like what is there.
    """
    for table, columns in reads.items():
        op.execute(f"GRANT SELECT ({', '.join(columns)}) ON {table} TO qw_search")
    op.execute("GRANT CREATE ON SCHEMA public TO qw_search")
    op.execute("SET LOCAL ROLE qw_search")  # whose function it is, and who alone may replace it
    op.execute(_HEAD.format(name=name, alike=alike) + body)
    op.execute(f"REVOKE ALL ON FUNCTION {name}(text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name}(text) TO qw_app")
    op.execute("RESET ROLE")
    op.execute("REVOKE CREATE ON SCHEMA public FROM qw_search")


def searched(table: str) -> None:
    """Let qw_search see every row of the table. A policy with a condition would keep it from the indexes."""
    op.execute(f"CREATE POLICY searched ON {table} FOR SELECT TO qw_search USING (true)")


def lines_of(*columns: str) -> str:
    """The text that trigrams are of: a line for each column, so that "begins with" is a pattern too."""
    lines = "chr(10)"
    for column in columns:
        lines = f"(({lines} || coalesce({column}, '')) || chr(10))"
    return lines


def words_of(text: str) -> str:
    """The text in lower case, without the signs that would make one word of two, or a number of a hyphen."""
    return f"translate(lower(normalize({text}, NFKC)), '-+._/@<>&~', '          ')"


def vector_of(*columns: str) -> str:
    """The words of these columns, as they are: in any language."""
    text = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
    return f"to_tsvector('simple', {words_of(text)})"


_BY_LINES = """BEGIN
  RETURN QUERY SELECT found.id FROM ({ways}
  ) AS found GROUP BY found.id ORDER BY min(found.tier), max(word_similarity(query, found.lines)) DESC, found.id DESC
  LIMIT 1000;
END $$
"""
_WAY = """
    (SELECT id, {tier} AS tier, {lines} AS lines FROM {table}
     WHERE tenant_id = own AND {condition} LIMIT 1000)"""


def by_lines(table: str, *columns: str) -> str:
    """A body: the line that is the text, then those that begin with it, have it, are like it; newer first among equals.

    Each way is cut at 1,000 rows by itself, so that a text that half of the rows have costs no more than a rare one.
    """
    lines = lines_of(*columns)
    conditions = (
        f"{lines} ILIKE '%' || chr(10) || part || chr(10) || '%'",
        f"{lines} ILIKE '%' || chr(10) || part || '%'",
        f"{lines} ILIKE '%' || part || '%'",
        f"query <% {lines}",
    )
    ways = [
        _WAY.format(tier=tier, lines=lines, table=table, condition=condition)
        for tier, condition in enumerate(conditions)
    ]
    return _BY_LINES.format(ways="\n    UNION ALL".join(ways))


PRODUCT_LINES = lines_of("number", "part_number", "title")
PRODUCT_WORDS = vector_of("part_number", "title")

# Tiers: 0 the number itself, 1 numbers that begin with the text, 2 all its words, the last one perhaps unfinished, and
# the same with the brand's name in front. `place` orders a tier: short numbers first; titles that begin with the text,
# then those that have it as it is, then short ones.
# Where that finds few, and no number is being typed: any part of a line; then what has words that begin with those
# typed, and something like the longest of those that no product's word begins with. Patterns need three letters.
_PRODUCTS = r"""  line CONSTANT text := lower(normalize(query, NFKC));
  key CONSTANT text := replace(line, ' ', '');
  begun CONSTANT text := regexp_replace(key, '([\\%_])', '\\\1', 'g') || '%';
  wanted CONSTANT tsquery := (nullif(plainto_tsquery('simple', {query})::text, '') || ':*')::tsquery;
  maker uuid;
  rest tsquery;
  found uuid[];
  sure boolean;
  word text;
  known tsquery;
  unknown text := '';
BEGIN
  SELECT id, (nullif(plainto_tsquery('simple', {rest})::text, '') || ':*')::tsquery INTO maker, rest FROM brand
  WHERE tenant_id = own AND (starts_with(line, lower(name) || ' ') OR name_folded LIKE begun)
  ORDER BY CASE WHEN starts_with(line, lower(name) || ' ') THEN -length(name) ELSE length(name) END, id LIMIT 1;
  SELECT array_agg(hit.id ORDER BY hit.tier, hit.place, hit.id DESC),
    bool_or(hit.tier = 0 OR hit.tier = 1 AND key ~ '[0-9]') INTO found, sure
  FROM (SELECT DISTINCT ON (way.id) way.* FROM (
    (SELECT id, CASE WHEN part_key = key THEN 0 ELSE 1 END AS tier, length(part_key) AS place FROM product
     WHERE tenant_id = own AND part_key LIKE begun ORDER BY part_key LIMIT 1000)
    UNION ALL
    (SELECT id, CASE WHEN lower(number) = key THEN 0 ELSE 1 END, length(number) FROM product
     WHERE tenant_id = own AND lower(number) COLLATE "C" LIKE begun ORDER BY lower(number) COLLATE "C" LIMIT 1000)
    UNION ALL
    (SELECT product_id, CASE WHEN supplier_key = key THEN 0 ELSE 1 END, length(supplier_key) FROM supplier_offer
     WHERE tenant_id = own AND supplier_key LIKE begun ORDER BY supplier_key LIMIT 1000)
    UNION ALL
    (SELECT id, 2, CASE strpos(lower(title), line) WHEN 1 THEN 0 WHEN 0 THEN 2000 ELSE 1000 END + length(title)
     FROM product WHERE tenant_id = own AND {words} @@ wanted LIMIT 1000)
    UNION ALL
    (SELECT id, 2, 2000 + length(title) FROM product
     WHERE tenant_id = own AND brand_id = maker AND rest IS NOT NULL AND {words} @@ rest LIMIT 1000)
    UNION ALL
    (SELECT id, 2, 3000 + length(title) FROM product
     WHERE tenant_id = own AND brand_id = maker AND rest IS NULL LIMIT 1000)
  ) AS way ORDER BY way.id, way.tier, way.place) AS hit;
  found := coalesce(found, '{{}}');
  IF cardinality(found) < 10 AND sure IS NOT TRUE AND length(key) > 2 THEN
    FOREACH word IN ARRAY (regexp_split_to_array(btrim({query}), ' +'))[1:8] LOOP
      rest := plainto_tsquery('simple', word);
      IF length(word) > 2 THEN
        rest := (nullif(rest::text, '') || ':*')::tsquery;
      END IF;
      IF EXISTS (SELECT FROM product WHERE tenant_id = own AND {words} @@ rest) THEN
        known := coalesce(known && rest, rest);
      ELSIF length(word) > length(unknown) THEN
        unknown := word;
      END IF;
    END LOOP;
    found := found || ARRAY(SELECT hit.id FROM (
      (SELECT id, 0 AS tier, {lines} AS lines FROM product
       WHERE tenant_id = own AND {lines} ILIKE '%' || part || '%' LIMIT 100)
      UNION ALL
      (SELECT id, 1, {lines} FROM product
       WHERE tenant_id = own AND (unknown = '' OR length(unknown) > 2 AND unknown <% {lines})
         AND (known IS NULL OR {words} @@ known) LIMIT 100)
    ) AS hit WHERE hit.id <> ALL (found)
    GROUP BY hit.id ORDER BY min(hit.tier), max(word_similarity(query, hit.lines)) DESC, hit.id DESC);
  END IF;
  RETURN QUERY SELECT unnest(found[1:1000]);
END $$
"""
PRODUCTS = _PRODUCTS.format(
    query=words_of("query"),
    rest=words_of("substr(line, length(name) + 1)"),
    words=PRODUCT_WORDS,
    lines=PRODUCT_LINES,
)
