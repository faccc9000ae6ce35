"""Common ground of all tables: names of constraints, identity, and the column kinds used everywhere."""

import secrets
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

# Named before the first table, or the names differ for ever between models and migrations.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class Row(SQLModel):
    """Base of the tables. Rows are compared by identity: SQLModel's equality by value makes them
    unhashable and two unsaved rows equal."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__


def new_public_id() -> str:
    """Ten characters without look-alikes, about 49 bits: not guessable, readable aloud."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))


def enum_type(kind: type[StrEnum]) -> Any:
    """Column type that stores the *value* with a CHECK, the same on both databases."""
    return sa.Enum(
        kind,
        name=_snake(kind.__name__),
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        length=max(len(member.value) for member in kind),
    )


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))
