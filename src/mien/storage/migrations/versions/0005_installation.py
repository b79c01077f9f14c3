"""The id that database and stored files share, and which files are still to be deleted."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_installation = sa.table("installation", sa.column("key"), sa.column("value"))


def upgrade() -> None:
    op.create_table(
        "file_deletion",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_file_deletion")),
    )
    op.execute(_installation.insert().values(key="id", value=str(uuid.uuid4())))


def downgrade() -> None:
    op.execute(_installation.delete().where(_installation.c.key == "id"))
    op.drop_table("file_deletion")
