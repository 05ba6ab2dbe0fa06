"""The one engine and the one session of the process, and the shape that all tables share."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Date, DateTime, Identity, MetaData, Row, Select, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

# Every constraint gets a name from this table, so that core/errors.py can find its sentence.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """Base of all tables: 64-bit numbers, zoned times, plain text."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            int: BigInteger,
            str: Text,
            datetime: DateTime(timezone=True),
            date: Date,
            UUID: Uuid,
            dict[str, Any]: JSONB,
        },
    )


db = SQLAlchemy(model_class=Model)

#: A row of columns, and the statement that reads such rows, whatever their types.
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]

#: A number from the table's own identity sequence; in a tenant's table the second half of the key.
RowId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
#: The first half of the key of every table that belongs to an owner.
OwnerId = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False)]


def one_of(column: str, values: type[StrEnum]) -> str:
    """The SQL of a CHECK that holds `column` to the values of an enum."""
    return f"{column} IN ({', '.join(repr(str(v)) for v in values)})"


def utc_now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)
