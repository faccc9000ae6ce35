"""Why a goal is missed: found by profiling (py-spy, cProfile), kept by hand, shown only while it is missed.

Key: a part of the row's name; the first that fits is told.
"""

REASONS: dict[str, str] = {
    ", cold": (
        "the goal leaves about 1.6 ms of CPU where hello takes 0.24 on the same machine, and the page takes 2.5 to 3.5. Of that "
        "40–50 % are the template (every value is escaped through two calls of Python, every text and macro is called through "
        "Jinja's context), 20–25 % two to five statements and the session around them (its beginning and end alone 8 %), 20 % "
        "Flask's contexts, hooks and headers, 5–9 % the words of a list's rows, 5 % gzip and the hash. What pages share (cycles, "
        "district, addresses, statements) is made once. Visitors meet it once a minute for each page, language and worker; "
        "all others get the kept page."
    ),
    ", cached": "the answer costs one query for the version, 0.06 ms of CPU above hello; the rest is the noise of a run.",
    ", 304": "as for the kept page: one query for the version; the rest is the noise of a run.",
    "reviewer’s queue": (
        "4.7 ms of CPU where the goal leaves 3.4: half is the table and the frame of the page by Jinja (440 values escaped), a fifth "
        "five statements over 500 projects (the counts of the tabs among them), the rest Flask, session and cookies."
    ),
    "reviewer’s page": (
        "6.6 ms of CPU where the goal leaves 3.4: half is the page by Jinja, of it two thirds the form (15 fields through three "
        "macros each, 550 values escaped), a quarter eight statements and their rows, a tenth WTForms."
    ),
    "with words": "as for the list with filters; looking through the folded texts of 500 projects is 0.5 ms of it.",
    "Search among": (
        "10 to 23 ms of CPU are SQLite's: reading through 10,000 folded texts for each word, and counting what was found; "
        "a busy neighbour does the rest."
    ),
    "with filters": (
        "as for the pages made anew: 40 % are twenty rows of a table and the frame of the page by Jinja, 20–25 % three statements "
        "and the session around them."
    ),
    "open data": (
        "as for the pages made anew: a third are three statements and the session around them, the rest Flask, flask-smorest, the "
        "arguments of webargs and the writing of JSON."
    ),
    "Growth of opening": "a million rows no longer fit SQLite's page cache; a busy neighbour between the sizes does the rest.",
    "ballot cast, SQLite FULL, at saturation": "the writes stand in one line behind the disk's fsync; its slow moments widen p95.",
    "ballot cast, PostgreSQL, at saturation": "eight threads share one interpreter lock and wait for the database five to seven times a cast.",
    "ballot cast, PostgreSQL": (
        "a bare insert is one exchange with the server and half a millisecond of CPU; a cast is two, the look-up of the session and "
        "the one statement (decision 0023; it was six, and 0.19), with cookies, CSRF, the form, sealing and Flask around them."
    ),
    "Open 8,935": "two thirds are libsodium itself (42 µs a ballot), the rest the rows; a busy neighbour doubles the time.",
    "Open 1,000,000": "two thirds are libsodium itself (42 µs a ballot), the rest the rows; a busy neighbour doubles the time.",
    "imported, PostgreSQL": (
        "19 s, of which 10 are reading the file (a keyed hash for each IIN); a batch is one statement with arrays, "
        "and a busy neighbour does the rest."
    ),
    "PSS of a web worker": (
        "of the 100 MB that are loaded before the fork (Flask 15, SQLAlchemy 22, SQLModel with pydantic 13, ours 25, locales 7, "
        "templates and texts 14) a third counts for each worker; reference counts copy 10 of them, 3 are kept pages, the "
        "rest what eight threads leave behind. The council's tables, forms and pages are 10 of it."
    ),
}
