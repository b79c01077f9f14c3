"""How far a search goes: other galleries and chosen people of a held photo, and of a search noted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("probe", schema=None) as batch_op:
        batch_op.add_column(sa.Column("also", _JSON, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("terms", _JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("search", schema=None) as batch_op:
        batch_op.add_column(sa.Column("people", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("faces", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("search", schema=None) as batch_op:
        batch_op.drop_column("faces")
        batch_op.drop_column("people")
    with op.batch_alter_table("probe", schema=None) as batch_op:
        batch_op.drop_column("terms")
        batch_op.drop_column("also")
