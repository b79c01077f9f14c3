"""What puts people in order by the last word of their names, and indexes for that and for the newest."""

import sqlalchemy as sa
from alembic import op

from mien.name_order import surname_key

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_PERSON = sa.table(
    "person",
    sa.column("id", sa.String),
    sa.column("name", sa.String),
    sa.column("surname_key", sa.String),
)


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("surname_key", sa.String(length=800), nullable=False, server_default="")
        )
    # Where statements are only written out, there are no rows to read.
    if not op.get_context().as_sql:
        _fill()
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_person_gallery_id_surname_key_id"),
            ["gallery_id", "surname_key", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_person_gallery_id_created_at_id"),
            ["gallery_id", "created_at", "id"],
            unique=False,
        )


def _fill() -> None:
    """A thousand people at a time, so that memory does not grow with the gallery."""
    connection = op.get_bind()
    some = sa.select(_PERSON.c.id, _PERSON.c.name).order_by(_PERSON.c.id).limit(_AT_ONCE)
    change = (
        sa.update(_PERSON)
        .where(_PERSON.c.id == sa.bindparam("of"))
        .values(surname_key=sa.bindparam("placed_by"))
    )
    last = ""
    while rows := connection.execute(some.where(_PERSON.c.id > last)).all():
        connection.execute(
            change, [{"of": row.id, "placed_by": surname_key(row.name)} for row in rows]
        )
        last = rows[-1].id


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_gallery_id_created_at_id"))
        batch_op.drop_index(batch_op.f("ix_person_gallery_id_surname_key_id"))
        batch_op.drop_column("surname_key")
