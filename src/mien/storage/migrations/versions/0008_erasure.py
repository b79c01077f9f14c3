"""Which erasures are not finished yet, so that somebody finishes them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column("gallery_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    with op.batch_alter_table("file_deletion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erasure_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("file_deletion", schema=None) as batch_op:
        batch_op.drop_column("erasure_id")
    op.drop_table("erasure")
