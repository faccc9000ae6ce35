"""Why a goal is missed: found by profiling (py-spy, cProfile), kept by hand, shown only while it is missed.

Key: a part of the row's name; the first that fits is told.
"""

REASONS: dict[str, str] = {
    ", cold": (
        "the goal leaves about 1.6 ms of CPU where hello takes 0.24 on the same machine. Of an answer some 40 % are the "
        "template (texts, addresses, macros), 25–35 % five statements through SQLAlchemy, a third of that for "
        "statements put together and looked up anew at each request, 15 % Flask and gunicorn, 5 % gzip and the hash. "
        "Visitors meet it once a minute for each page, language and worker; all others get the kept page."
    ),
    ", cached": "the answer costs one query for the version, 0.06 ms of CPU above hello; the rest is the noise of a run.",
    ", 304": "as for the kept page: one query for the version; the rest is the noise of a run.",
    "with words": "the texts of all projects of the cycle are read and folded at each request; a folded column would do it once.",
    "Search among": "the texts of all projects are read and folded at each request; a folded column would do it once.",
    "with filters": "as for the pages made anew: five statements through SQLAlchemy and twenty rows of a table by Jinja.",
    "open data": (
        "as for the pages made anew: 40 % statements through SQLAlchemy, 14 % marshmallow, the rest Flask, flask-smorest "
        "and the arguments of webargs."
    ),
    "Growth of opening": "a million rows no longer fit SQLite's page cache; a busy neighbour between the sizes does the rest.",
    "Count 1,000,000": "one pass of SQLite over two million choices joined to their ballots; the neighbours decide on which side of 1 s.",
    "ballot cast, SQLite FULL, at saturation": "the writes stand in one line behind the disk's fsync; its slow moments widen p95.",
    "ballot cast, PostgreSQL, at saturation": "eight threads share one interpreter lock and wait for the database five to seven times a cast.",
    "ballot cast, SQLite FULL": (
        "2 ms of CPU: cookies and CSRF 0.3, session and transaction objects of SQLAlchemy 0.3, three statements 0.6, the form "
        "0.1, sealing 0.06; the disk's fsync, which the bare insert pays as well, is the other half."
    ),
    "ballot cast, PostgreSQL": (
        "a bare insert is one exchange with the server; a cast is seven (begin, session, end of reading, begin, ballot, end of "
        "session, commit), each 0.1 ms on both sides and a hand-over of the interpreter lock; with cookies, CSRF, sealing and "
        "SQLAlchemy 2.2 ms of CPU in the worker and 0.6 in PostgreSQL stand against 0.44 and 0.1."
    ),
    "Open 8,935": "two thirds are libsodium itself (42 µs a ballot), the rest the rows; a busy neighbour doubles the time.",
    "Open 1,000,000": "two thirds are libsodium itself (42 µs a ballot), the rest the rows; a busy neighbour doubles the time.",
    "imported, PostgreSQL": (
        "the rows go one by one through a prepared INSERT … ON CONFLICT: 350,000 exchanges, pipelined; arrays with unnest would be "
        "one for each batch."
    ),
    "PSS of a web worker": (
        "69 MB are there before the first request: Flask 20, SQLAlchemy 14, SQLModel with pydantic 13, structlog with rich 8; then 8 "
        "for kept pages, 6 for Babel's locales, the rest templates and what malloc keeps for eight threads. Loading the "
        "application before the fork (preload) and one malloc arena give 75, a kept page in its compressed form alone 69."
    ),
}
