"""Every statement of docs/athena: parsed as Athena's, and run, over a day of which the audit's verdicts are known.

    python check.py FOLDER    FOLDER: as test/athena/sample.ts wrote it

DuckDB stands in for Athena: sqlglot reads Athena's SQL and writes DuckDB's, the tables get the columns that the DDL gives
them, and what comes out is held against `writ audit`. Ends with `N passed, M failed`.
"""

import json
import sys
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

HERE = Path(__file__).resolve().parents[2] / "docs" / "athena"
SAMPLE = Path(sys.argv[1])
outcomes = []


def check(name, found, expected):
    outcomes.append(found == expected)
    if found != expected:
        print(f"FAILED {name}: {str(found)[:600]} is not {str(expected)[:600]}")
    else:
        print(f"ok {name}")


def statement(path):
    """The one statement of a file. What sqlglot does not understand it keeps as a Command, or it raises."""
    parsed = sqlglot.parse(path.read_text(), dialect="athena")
    assert len(parsed) == 1 and parsed[0] is not None, f"{path.name}: one statement a file"
    assert not list(parsed[0].find_all(exp.Command)), f"{path.name}: not understood"
    return parsed[0]


def columns(create):
    """Column → DuckDB's type, as the DDL has them; partitions too."""
    defined = {c.name: c.args["kind"].sql("duckdb") for c in create.this.expressions}
    for one in create.args["properties"].expressions:
        if isinstance(one, exp.PartitionedByProperty):
            defined |= {c.name: c.args["kind"].sql("duckdb") for c in one.this.expressions}
    return defined


def serde_row(record, wanted):
    """As CloudTrailInputFormat and JsonSerDe do: names in lower case, and what the DDL calls a string is JSON's text."""
    def lower(value):
        if isinstance(value, dict):
            return {key.lower(): lower(each) for key, each in value.items()}
        return [lower(each) for each in value] if isinstance(value, list) else value

    row = {}
    for key, value in record.items():
        name = key.lower()
        if name not in wanted:
            continue
        if wanted[name] != "TEXT":
            row[name] = lower(value)
        elif isinstance(value, (dict, list, bool)):
            row[name] = json.dumps(value)
        else:
            row[name] = value
    year, month, day = record["eventTime"][:10].split("-")
    return row | {"account": record["recipientAccountId"], "region": record["awsRegion"], "day": f"{year}/{month}/{day}"}


db = duckdb.connect()
db.execute("SET TimeZone = 'UTC'")
ddl = {name: statement(HERE / f"{name}.sql") for name in ("1-trail", "2-evidence")}
wanted = columns(ddl["1-trail"])
check("the trail's table has what AWS's own lacks", "sourceidentity TEXT" in wanted["useridentity"], True)
rows = SAMPLE / "rows.ndjson"
with rows.open("w") as out:
    for file in sorted((SAMPLE / "trail").glob("*.json")):
        for record in json.loads(file.read_text())["Records"]:
            out.write(json.dumps(serde_row(record, wanted)) + "\n")
spelled = ", ".join(f"{name}: '{kind}'" for name, kind in wanted.items())
db.execute(
    f"CREATE TABLE writ_trail AS SELECT * FROM read_json('{rows}', format='newline_delimited', columns={{{spelled}}})"
)
check("a line of a segment is the evidence's one column", columns(ddl["2-evidence"]), {"body": "TEXT"})
db.execute("CREATE TABLE writ_evidence (body TEXT)")
for segment in sorted((SAMPLE / "segments").glob("*.jsonl")):
    db.executemany("INSERT INTO writ_evidence VALUES (?)", [[line] for line in segment.read_text().splitlines()])


def in_duckdb(tree):
    return tree.sql("duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)


for name in ("3-sessions", "4-events", "5-attributed"):
    db.execute(in_duckdb(statement(HERE / f"{name}.sql")))


def ask(name, *parameters):
    """A question of docs/athena/questions, its answer as dicts."""
    result = db.execute(in_duckdb(statement(HERE / "questions" / f"{name}.sql")), list(parameters))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row)) for row in result.fetchall()]


said = json.loads((SAMPLE / "verdicts.json").read_text())
verdict = {one["event"]: one["verdict"] for one in said["events"]}
of = lambda *wanted_verdicts: {event for event, each in verdict.items() if each in wanted_verdicts}
ids = lambda answer: {one["eventid"] for one in answer}
joined = dict(db.execute("SELECT eventid, joined_writ FROM writ_attributed").fetchall())
issued = {one[0] for one in db.execute("SELECT writ FROM writ_session WHERE outcome = 'issued'").fetchall()}

check("each event once, its copies dropped", len(joined), len(verdict))
# What the audit attributes to a writ, in time or out of it, the ids join to the same.
for which in ("ATTRIBUTED", "EXPIRED", "NOT_YET", "AFTER_REVOCATION", "IN_DOUBT", "ELSEWHERE", "SHARED"):
    differ = [e["event"] for e in said["events"] if e["verdict"] == which and joined[e["event"]] != e["writ"]]
    check(f"{which} ({len(of(which))} events): the id join finds the audit's writ", (differ, len(of(which)) > 0), ([], True))
wrong = [event for event in of("UNBROKERED", "DARK", "STANDING", "OUT_OF_SCOPE") if joined[event] in issued]
check("what the audit leads to no session the join does not either", wrong, [])

late = ids(ask("after-the-deadline"))
check("after-the-deadline has all that is EXPIRED", of("EXPIRED") - late, set())
check("and nothing that was in time", late & of("ATTRIBUTED", "IN_DOUBT", "DENIED", "AFTER_REVOCATION"), set())
alarm = ids(ask("brokered-without-writ"))
check("brokered-without-writ has all that is UNBROKERED", of("UNBROKERED") - alarm, set())
check(
    "and nothing that leads to a session",
    {verdict[event] for event in alarm} - {"UNBROKERED", "CONFLICT", "UNVERIFIED"},
    set(),
)
dark = ids(ask("mints-without-session"))
check("mints-without-session has all that is DARK", of("DARK") - dark, set())
minted = {e["event"] for e in said["events"] if e["reason"] == "minted"}
check("and no mint of a session that was issued", (dark & minted, len(minted) > 100), (set(), True))
check("sessions-without-mint", sorted(one["writ"] for one in ask("sessions-without-mint")), said["withoutMint"])
check("ai-by-long-term-keys is STANDING", ids(ask("ai-by-long-term-keys")), of("STANDING"))

one = next(e for e in said["events"] if e["verdict"] == "ATTRIBUTED")
(answer,) = ask("who-authorised", one["event"])
check("who-authorised names the writ", answer["joined_writ"], one["writ"])
check("with user, device, agent, task, and time left", [answer[key] is not None for key in ("user_id", "device", "agent", "task", "seconds_left")], [True] * 5)
mine = ask("all-of-a-user", answer["user_id"])
own = db.execute("SELECT count(*) FROM writ_session WHERE user_id = ?", [answer["user_id"]]).fetchone()[0]
check("all-of-a-user has each writ once", (len(mine), len({w["writ"] for w in mine})), (own, own))
check("and its events", sum(w["events"] for w in mine if w["writ"] == one["writ"]) > 0, True)
check("granted-and-used counts sessions that did nothing, too", any(g["eventname"] is None for g in ask("granted-and-used")), True)
lived = {l["permission"]: l["longest_seconds"] for l in ask("lifetimes")}
check("lifetimes: none is longer than an hour", (max(lived.values()) <= 3600, min(lived.values()) > 0), (True, True))
check("refusals-by-reason", [(r["reason"], r["user_id"], r["records"]) for r in ask("refusals-by-reason")], [("policy_denied", "idp:alice", 1)])
named = {path.stem for path in (HERE / "questions").glob("*.sql")}
asked = {"after-the-deadline", "brokered-without-writ", "mints-without-session", "sessions-without-mint",
         "ai-by-long-term-keys", "who-authorised", "all-of-a-user", "granted-and-used", "lifetimes", "refusals-by-reason"}
check("each question has been asked", named, asked)

print(f"{sum(outcomes)} passed, {len(outcomes) - sum(outcomes)} failed")
sys.exit(0 if all(outcomes) else 1)
