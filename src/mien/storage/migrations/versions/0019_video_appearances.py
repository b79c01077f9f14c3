"""Who is seen when in the video of a job."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "video_appearance",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("from_ms", sa.Integer(), nullable=False),
        sa.Column("to_ms", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("agreeing", sa.Integer(), nullable=False),
        sa.Column("crop_file", sa.String(length=80), nullable=False),
        sa.Column("contract_id", sa.String(length=120), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_video_appearance_job_id_job"), ondelete="cascade"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_video_appearance_person_id_person"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_video_appearance")),
        sa.UniqueConstraint("crop_file", name=op.f("uq_video_appearance_crop_file")),
    )
    with op.batch_alter_table("video_appearance", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_video_appearance_person_id"), ["person_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("video_appearance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_video_appearance_person_id"))

    op.drop_table("video_appearance")
