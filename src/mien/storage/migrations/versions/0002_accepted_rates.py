"""Accepted rates and a gate for galleries, digests for examples, numbers of searches."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("gallery", schema=None) as batch_op:
        for name in ("accepted_fpir", "accepted_fmr"):
            batch_op.add_column(
                sa.Column(name, sa.Double(), nullable=False, server_default=sa.text("0.001"))
            )
        batch_op.add_column(
            sa.Column("gate", sa.String(length=10), nullable=False, server_default="standard")
        )
    with op.batch_alter_table("face", schema=None) as batch_op:
        batch_op.add_column(sa.Column("crop_hash", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("photo_sha256", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_face_photo_sha256"), ["photo_sha256"], unique=False)
    op.create_table(
        "search",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("runner_up", sa.Double(), nullable=True),
        sa.Column("likeness", sa.Double(), nullable=True),
        sa.Column("legible", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_search_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
    )
    with op.batch_alter_table("search", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_search_gallery_id_at"), ["gallery_id", "at"], unique=False
        )


def downgrade() -> None:
    op.drop_table("search")
    with op.batch_alter_table("face", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_face_photo_sha256"))
        batch_op.drop_column("photo_sha256")
        batch_op.drop_column("crop_hash")
    with op.batch_alter_table("gallery", schema=None) as batch_op:
        for name in ("gate", "accepted_fmr", "accepted_fpir"):
            batch_op.drop_column(name)
