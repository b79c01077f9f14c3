"""Embeddings of stored faces under the contract that their galleries are to change to."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staged_embedding",
        sa.Column("face_id", sa.String(length=36), nullable=False),
        sa.Column("contract_id", sa.String(length=120), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["face_id"],
            ["face.id"],
            name=op.f("fk_staged_embedding_face_id_face"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("face_id", "contract_id", name=op.f("pk_staged_embedding")),
    )


def downgrade() -> None:
    op.drop_table("staged_embedding")
