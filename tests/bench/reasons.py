"""Why a goal is missed, by the name of its row: found by profiling, kept by hand, shown only while it is missed."""

REASONS: dict[str, str] = {}
