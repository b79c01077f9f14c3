"""Faces that could not be named, put together by whom they may show, for as long as a gallery says."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("gallery", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("keep_unknown_days", sa.Integer(), nullable=False, server_default="0")
        )
    _clusters()
    _faces()
    _apart()


def _clusters() -> None:
    op.create_table(
        "unknown_cluster",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("mean", sa.LargeBinary(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_unknown_cluster_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_cluster")),
    )
    with op.batch_alter_table("unknown_cluster", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unknown_cluster_gallery_id_state_last_seen_at"),
            ["gallery_id", "state", "last_seen_at"],
        )


def _faces() -> None:
    op.create_table(
        "unknown_face",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=False),
        sa.Column("cluster_id", sa.String(length=36), nullable=True),
        sa.Column("crop_file", sa.String(length=80), nullable=False),
        sa.Column("crop_hash", sa.String(length=16), nullable=False),
        sa.Column("photo_sha256", sa.String(length=64), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("box", _JSON, nullable=False),
        sa.Column("landmarks", _JSON, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("pose", _JSON, nullable=False),
        sa.Column("quality", _JSON, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["unknown_cluster.id"],
            name=op.f("fk_unknown_face_cluster_id_unknown_cluster"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_unknown_face_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_face")),
        sa.UniqueConstraint("crop_file", name=op.f("uq_unknown_face_crop_file")),
    )
    with op.batch_alter_table("unknown_face", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unknown_face_cluster_id"), ["cluster_id"])
        batch_op.create_index(batch_op.f("ix_unknown_face_expires_at"), ["expires_at"])
        batch_op.create_index(
            batch_op.f("ix_unknown_face_gallery_id_cluster_id"), ["gallery_id", "cluster_id"]
        )


def _apart() -> None:
    op.create_table(
        "unknown_apart",
        sa.Column("cluster_id", sa.String(length=36), nullable=False),
        sa.Column("other_cluster_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["unknown_cluster.id"],
            name=op.f("fk_unknown_apart_cluster_id_unknown_cluster"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["other_cluster_id"],
            ["unknown_cluster.id"],
            name=op.f("fk_unknown_apart_other_cluster_id_unknown_cluster"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("cluster_id", "other_cluster_id", name=op.f("pk_unknown_apart")),
    )
    with op.batch_alter_table("unknown_apart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unknown_apart_other_cluster_id"), ["other_cluster_id"])


def downgrade() -> None:
    op.drop_table("unknown_apart")
    op.drop_table("unknown_face")
    op.drop_table("unknown_cluster")
    with op.batch_alter_table("gallery", schema=None) as batch_op:
        batch_op.drop_column("keep_unknown_days")
