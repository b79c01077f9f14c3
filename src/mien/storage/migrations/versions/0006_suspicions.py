"""What may be a mistake about a face, and what somebody has looked at and kept."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suspicion",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=False),
        sa.Column("face_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("other_person_id", sa.String(length=36), nullable=True),
        sa.Column("other_face_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_suspicion_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["face_id"], ["face.id"], name=op.f("fk_suspicion_face_id_face"), ondelete="cascade"
        ),
        sa.ForeignKeyConstraint(
            ["other_person_id"],
            ["person.id"],
            name=op.f("fk_suspicion_other_person_id_person"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["other_face_id"],
            ["face.id"],
            name=op.f("fk_suspicion_other_face_id_face"),
            ondelete="set null",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicion")),
    )
    with op.batch_alter_table("suspicion", schema=None) as batch_op:
        for column in ("gallery_id", "face_id", "other_person_id", "other_face_id"):
            batch_op.create_index(batch_op.f(f"ix_suspicion_{column}"), [column], unique=False)
    op.create_table(
        "reviewed_pair",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("other_person_id", sa.String(length=36), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_reviewed_pair_person_id_person"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["other_person_id"],
            ["person.id"],
            name=op.f("fk_reviewed_pair_other_person_id_person"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("person_id", "other_person_id", name=op.f("pk_reviewed_pair")),
    )
    with op.batch_alter_table("reviewed_pair", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reviewed_pair_other_person_id"), ["other_person_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("reviewed_pair")
    op.drop_table("suspicion")
