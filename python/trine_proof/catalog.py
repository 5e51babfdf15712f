"""What a database is, as sorted lines of text: two databases are equal when their lines are.

One line says one fact, with PostgreSQL's own words for it (`pg_get_constraintdef` and its
kin), so that a difference reads as what it is. Objects of extensions are left out, and so are the
tables that something else owns.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

import psycopg

#: What something else owns: Django's own tables, with all that belongs to them.
FOREIGN = r"^(django|auth)_"

#: The relations that count; every query builds on it. `%(foreign)s` matches names to leave out,
#: unless they are among `%(own)s`.
_OURS = """
WITH ours AS MATERIALIZED (
  SELECT c.oid, c.relname, c.relkind, c.reloptions, c.relpersistence, c.relrowsecurity,
         c.oid::regclass::text AS name
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype = 'e')
    AND (c.relname !~ %(foreign)s OR c.relname = ANY (%(own)s))
    AND NOT EXISTS (SELECT 1 FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
                    WHERE i.indexrelid = c.oid AND t.relname ~ %(foreign)s
                      AND t.relname <> ALL (%(own)s))
)
"""

_FACTS = {
    "schema": """
        SELECT quote_ident(nspname), obj_description(oid, 'pg_namespace')
        FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
    """,
    "extension": "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'",
    "table": """
        SELECT name, CASE relkind WHEN 'r' THEN '' ELSE 'kind ' || relkind::text END,
               CASE relpersistence WHEN 'p' THEN '' ELSE 'persistence ' || relpersistence::text END,
               CASE WHEN relrowsecurity THEN 'row security' END,
               'with ' || array_to_string(ARRAY(SELECT unnest(reloptions) ORDER BY 1), ', '),
               'comment ' || quote_literal(obj_description(oid, 'pg_class'))
        FROM ours WHERE relkind NOT IN ('i', 'I', 'S')
    """,
    "column": """
        SELECT o.name || ' ' || lpad(
                 row_number() OVER (PARTITION BY o.oid ORDER BY a.attnum)::text, 3, '0'),
               quote_ident(a.attname),
               format_type(a.atttypid, a.atttypmod),
               CASE WHEN a.attnotnull THEN 'not null' END,
               CASE a.attgenerated WHEN '' THEN 'default ' ELSE 'generated ' END
                 || pg_get_expr(d.adbin, d.adrelid),
               CASE a.attidentity WHEN 'a' THEN 'identity always'
                                  WHEN 'd' THEN 'identity by default' END,
               CASE WHEN a.attcollation <> t.typcollation
                    THEN 'collate ' || a.attcollation::regcollation END,
               'compression ' || nullif(a.attcompression::text, ''),
               'storage ' || CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END,
               'comment ' || quote_literal(col_description(a.attrelid, a.attnum))
        FROM pg_attribute a
        JOIN ours o ON o.oid = a.attrelid AND o.relkind IN ('r', 'p')
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped
    """,
    # PostgreSQL 18 keeps NOT NULL as constraints of their own; the column's line says it already.
    "constraint": """
        SELECT o.name, quote_ident(k.conname), 'type ' || k.contype::text,
               pg_get_constraintdef(k.oid),
               CASE WHEN k.condeferrable THEN 'deferrable' END,
               CASE WHEN k.condeferred THEN 'deferred' END,
               CASE WHEN NOT k.convalidated THEN 'not validated' END,
               CASE WHEN k.contype = 'f'
                    THEN 'delete ' || k.confdeltype::text || ' update ' || k.confupdtype::text
                         || ' match ' || k.confmatchtype::text END,
               'clears ' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
                             FROM pg_attribute a
                             WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.confdelsetcols)),
               'comment ' || quote_literal(obj_description(k.oid, 'pg_constraint'))
        FROM pg_constraint k JOIN ours o ON o.oid = k.conrelid
        WHERE k.contype <> 'n'
    """,
    "index": """
        SELECT t.name, quote_ident(o.relname), pg_get_indexdef(o.oid),
               CASE WHEN NOT i.indisvalid THEN 'not valid' END,
               CASE WHEN i.indnullsnotdistinct THEN 'nulls not distinct' END,
               CASE WHEN NOT i.indimmediate THEN 'not immediate' END,
               CASE WHEN i.indisprimary THEN 'primary' END,
               'comment ' || quote_literal(obj_description(o.oid, 'pg_class'))
        FROM pg_index i JOIN ours o ON o.oid = i.indexrelid JOIN ours t ON t.oid = i.indrelid
    """,
    "enum": """
        SELECT t.oid::regtype::text,
               (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
                FROM pg_enum e WHERE e.enumtypid = t.oid),
               'comment ' || quote_literal(obj_description(t.oid, 'pg_type'))
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype = 'e' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    """,
    "domain": """
        SELECT t.oid::regtype::text, format_type(t.typbasetype, t.typtypmod)
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype = 'd' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    """,
    "sequence": """
        SELECT o.name, format_type(s.seqtypid, NULL),
               format('start %%s by %%s from %%s to %%s cache %%s', s.seqstart, s.seqincrement,
                      s.seqmin, s.seqmax, s.seqcache),
               CASE WHEN s.seqcycle THEN 'cycle' END,
               'owned by ' || d.refobjid::regclass || '.' || quote_ident(a.attname)
        FROM pg_sequence s JOIN ours o ON o.oid = s.seqrelid
        LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = o.oid
             AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    """,
    "trigger": """
        SELECT o.name, quote_ident(g.tgname), pg_get_triggerdef(g.oid),
               CASE WHEN g.tgdeferrable THEN 'deferrable' END,
               CASE WHEN g.tginitdeferred THEN 'deferred' END,
               CASE g.tgenabled WHEN 'O' THEN '' ELSE 'enabled ' || g.tgenabled::text END,
               'comment ' || quote_literal(obj_description(g.oid, 'pg_trigger'))
        FROM pg_trigger g JOIN ours o ON o.oid = g.tgrelid
        WHERE NOT g.tgisinternal
    """,
    "function": """
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid),
               'comment ' || quote_literal(obj_description(p.oid, 'pg_proc'))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND p.prokind = 'f'
          AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                          AND d.objid = p.oid AND d.deptype = 'e')
    """,
    "policy": """
        SELECT o.name, p.polname FROM pg_policy p JOIN ours o ON o.oid = p.polrelid
    """,
    "rule": """
        SELECT o.name, r.rulename, pg_get_ruledef(r.oid)
        FROM pg_rewrite r JOIN ours o ON o.oid = r.ev_class
    """,
}


def lines(connection: psycopg.Connection, own: Collection[str] = ()) -> list[str]:
    """The catalog of a database. `own` names tables that count though they look like Django's."""
    found = []
    values = {"foreign": FOREIGN, "own": list(own)}
    for kind, query in _FACTS.items():
        if " ours " in query:
            rows = connection.execute(_OURS + query, values)
        else:
            rows = connection.execute(query)
        for row in rows:
            facts = [kind, *(str(fact).replace("\n", "\n    ") for fact in row if fact)]
            found.append("  ".join(facts))
    return sorted(found)


def difference(left: list[str], right: list[str], names: tuple[str, str]) -> list[str]:
    """The lines by which two catalogs differ, the common ones left out."""
    return [
        line.rstrip("\n")
        for line in difflib.unified_diff(left, right, *names, n=0, lineterm="")
        if not line.startswith("@@")
    ]
