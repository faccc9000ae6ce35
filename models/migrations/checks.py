"""Changing a CHECK of a table that has rows, on both databases.

PostgreSQL drops the constraint and makes it anew. SQLite can't, and the usual copy of the table is worse than what
it cures: other tables refer to the old one (DROP TABLE is refused while foreign keys are on, and they can't be
switched off inside a transaction), and the triggers that guard the table go with it. So its text is changed in the
schema, as SQLite's manual allows for a change that touches no stored row (lang_altertable, section 7).
"""

from alembic import op


def replace(table: str, name: str, *, old: str, new: str) -> None:
    """The constraint `name` of `table` says `new` and no longer `old`. Rows are not looked at on SQLite: a narrower
    CHECK needs the caller's own look first."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, new)
        return
    before, after = (f"CONSTRAINT {name} CHECK ({text})" for text in (old, new))
    query = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
    schema = str(connection.exec_driver_sql(query, (table,)).scalar_one())
    if schema.count(before) != 1:
        raise RuntimeError(f"{name} of {table} is not what this migration expects")
    version = int(connection.exec_driver_sql("PRAGMA schema_version").scalar_one())
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    change = "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?"
    connection.exec_driver_sql(change, (schema.replace(before, after), table))
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")  # other connections read it anew
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
