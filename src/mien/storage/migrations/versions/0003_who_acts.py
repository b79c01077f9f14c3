"""Who acted and in which request, for every event."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        # Of events from before nobody knows who acted.
        batch_op.add_column(
            sa.Column("actor_kind", sa.String(length=10), nullable=False, server_default="unknown")
        )
        batch_op.add_column(sa.Column("actor_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("request_id", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        for name in ("request_id", "actor_id", "actor_kind"):
            batch_op.drop_column(name)
