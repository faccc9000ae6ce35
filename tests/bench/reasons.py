"""Why a goal is missed: found by profiling (py-spy, cProfile), kept by hand, shown only while it is missed.

Key: a part of the row's name; the first that fits is told.
"""

REASONS: dict[str, str] = {
    ", cold": (
        "the goal leaves 1.3 ms of CPU where hello takes 0.2 on the same machine. A page made anew takes 0.8 to 1.1: a third is the "
        "template, a third Flask's contexts, hooks and headers, a tenth gzip, a twentieth the look at the version; what pages share "
        "is kept (decision 0024). A busy neighbour does the rest. Visitors meet it once a minute for each "
        "page, language and worker; all others get the kept page."
    ),
    ", cached": "the answer costs one query for the version, 0.06 ms of CPU above hello; the rest is the noise of a run.",
    ", 304": "as for the kept page: one query for the version; the rest is the noise of a run.",
    "reviewer’s queue": (
        "2.4 ms of CPU where the goal leaves 2.5 on the same machine: a third the table and the frame by Jinja, a quarter the "
        "statements over 500 projects, the rest Flask, session and cookies; a busy neighbour does the rest."
    ),
    "reviewer’s page": (
        "2.9 ms of CPU, which is what the goal leaves on the same machine: a third the page by Jinja (a form of 15 fields), a third "
        "seven statements and their rows, a tenth WTForms; a busy neighbour does the rest."
    ),
    "with words": "as for the list with filters; looking through the folded texts of 500 projects is 0.5 ms of it.",
    "Search among": (
        "10 to 23 ms of CPU are SQLite's: reading through 10,000 folded texts for each word, and counting what was found; "
        "a busy neighbour does the rest."
    ),
    "with filters": ("as for the pages made anew."),
    "open data": (
        "as for the pages made anew: a third are three statements and the session around them, the rest Flask, flask-smorest, the "
        "arguments of webargs and the writing of JSON."
    ),
    "Growth of export": "half a million different votes no longer fit the processor's cache; a busy neighbour does the rest.",
    "Growth of verify": "as for the export: ten times as many lines to count in tables that no cache holds.",
    "Growth of opening": "a million rows no longer fit SQLite's page cache; a busy neighbour between the sizes does the rest.",
    "ballot cast, SQLite FULL, at saturation": "the writes stand in one line behind the disk's fsync; its slow moments widen p95.",
    "ballot cast, PostgreSQL, at saturation": "eight threads share one interpreter lock and wait for the database five to seven times a cast.",
    "ballot cast, PostgreSQL": (
        "a bare insert is one exchange with the server and half a millisecond of CPU; a cast is two, the look-up of the session and "
        "the one statement, each one call of libpq (decisions 0023 and 0025; it was six, and 0.19). What is left: a quarter the values "
        "and rows of the two, a fifth cookies and CSRF, the rest Flask, keys, sealing and the answer."
    ),
    "sealed ballots": "three quarters are libsodium itself: 42 µs a ballot where the goal was set, here as many as the row says.",
    "imported, PostgreSQL": (
        "19 s, of which 10 are reading the file (a keyed hash for each IIN); a batch is one statement with arrays, "
        "and a busy neighbour does the rest."
    ),
    "PSS of a web worker": (
        "of the 100 MB that are loaded before the fork (SQLAlchemy 25, Flask 20, SQLModel with pydantic 13, ours 25, templates and "
        "texts 8) a third counts for each worker; reference counts copy 20 of them, 2 are kept pages, the rest what eight threads "
        "and their connections leave behind."
    ),
}
