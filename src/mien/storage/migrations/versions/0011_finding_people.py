"""What people are searched by and put in order by; two people may have one name."""

import sqlalchemy as sa
from alembic import op

from mien.name_order import sort_key
from mien.name_search import search_text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_PERSON = sa.table(
    "person",
    sa.column("id", sa.String),
    sa.column("name", sa.String),
    sa.column("notes", sa.Text),
    sa.column("search_text", sa.Text),
    sa.column("sort_key", sa.String),
)


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("sort_key", sa.String(length=800), nullable=False, server_default="")
        )
    # Where statements are only written out, there are no rows to read.
    if not op.get_context().as_sql:
        _fill()
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_person_gallery_id_name_key"), type_="unique")
        batch_op.create_index(
            batch_op.f("ix_person_gallery_id_name_key"), ["gallery_id", "name_key"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_person_gallery_id_sort_key_id"),
            ["gallery_id", "sort_key", "id"],
            unique=False,
        )


def _fill() -> None:
    """A thousand people at a time, so that memory does not grow with the gallery."""
    connection = op.get_bind()
    some = (
        sa.select(_PERSON.c.id, _PERSON.c.name, _PERSON.c.notes)
        .order_by(_PERSON.c.id)
        .limit(_AT_ONCE)
    )
    change = (
        sa.update(_PERSON)
        .where(_PERSON.c.id == sa.bindparam("of"))
        .values(search_text=sa.bindparam("found_by"), sort_key=sa.bindparam("placed_by"))
    )
    last = ""
    while rows := connection.execute(some.where(_PERSON.c.id > last)).all():
        connection.execute(
            change,
            [
                {
                    "of": row.id,
                    "found_by": search_text(row.name, row.notes),
                    "placed_by": sort_key(row.name),
                }
                for row in rows
            ],
        )
        last = rows[-1].id


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_gallery_id_sort_key_id"))
        batch_op.drop_index(batch_op.f("ix_person_gallery_id_name_key"))
        # Fails where two people have one name by now: older code takes them for one.
        batch_op.create_unique_constraint(
            batch_op.f("uq_person_gallery_id_name_key"), ["gallery_id", "name_key"]
        )
        batch_op.drop_column("sort_key")
        batch_op.drop_column("search_text")
