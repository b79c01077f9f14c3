"""Jobs: what is to be done, the files that were sent for it, and what became of each of its items."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "job_worker",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_worker")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=True),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("options", _JSON, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("wanted", sa.String(length=12), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("counts", _JSON, nullable=False),
        sa.Column("error", _JSON, nullable=True),
        sa.Column("worked_seconds", sa.Double(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_job_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_gallery_id"), ["gallery_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)

    op.create_table(
        "job_input",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_job_input_job_id_job"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_input")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_job_input_job_id_number")),
    )
    op.create_table(
        "job_item",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("details", _JSON, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("facts", _JSON, nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("face_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_job_item_job_id_job"), ondelete="cascade"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_job_item_person_id_person"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_job_item")),
    )
    with op.batch_alter_table("job_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_job_item_job_id_state_number"),
            ["job_id", "state", "number"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_job_item_person_id"), ["person_id"], unique=False)

    op.create_table(
        "job_input_part",
        sa.Column("input_id", sa.String(length=36), nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["input_id"],
            ["job_input.id"],
            name=op.f("fk_job_input_part_input_id_job_input"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("input_id", "offset", name=op.f("pk_job_input_part")),
        sa.UniqueConstraint("file", name=op.f("uq_job_input_part_file")),
    )
    with op.batch_alter_table("probe", schema=None) as batch_op:
        batch_op.alter_column("user_id", existing_type=sa.VARCHAR(length=36), nullable=True)


def downgrade() -> None:
    op.execute("delete from probe where user_id is null")
    with op.batch_alter_table("probe", schema=None) as batch_op:
        batch_op.alter_column("user_id", existing_type=sa.VARCHAR(length=36), nullable=False)

    op.drop_table("job_input_part")
    with op.batch_alter_table("job_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_item_person_id"))
        batch_op.drop_index(batch_op.f("ix_job_item_job_id_state_number"))

    op.drop_table("job_item")
    op.drop_table("job_input")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_state"))
        batch_op.drop_index(batch_op.f("ix_job_gallery_id"))
        batch_op.drop_index(batch_op.f("ix_job_created_at"))

    op.drop_table("job")
    op.drop_table("job_worker")
