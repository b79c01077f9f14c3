"""Changes that can be undone, what is deleted and can come back, and faces that are not somebody's."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("portrait_face_id", sa.String(length=36), nullable=True))
    op.create_table(
        "negative_example",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("contract_id", sa.String(length=120), nullable=False),
        sa.Column("face_id", sa.String(length=36), nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_negative_example_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_negative_example_person_id_person"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negative_example")),
    )
    op.create_index(
        op.f("ix_negative_example_face_id"), "negative_example", ["face_id"], unique=False
    )
    op.create_index(
        op.f("ix_negative_example_gallery_id"), "negative_example", ["gallery_id"], unique=False
    )
    op.create_index(
        op.f("ix_negative_example_person_id"), "negative_example", ["person_id"], unique=False
    )
    op.create_table(
        "change",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contract_id", sa.String(length=120), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_change_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_gallery_id_at"), "change", ["gallery_id", "at"], unique=False)
    op.create_index(
        op.f("ix_change_state_undo_until"), "change", ["state", "undo_until"], unique=False
    )
    op.create_table(
        "change_subject",
        sa.Column("change_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_change_subject_change_id_change"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("change_id", "person_id", name=op.f("pk_change_subject")),
    )
    op.create_index(
        op.f("ix_change_subject_person_id"), "change_subject", ["person_id"], unique=False
    )
    op.create_table(
        "deleted_person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change_id", sa.String(length=36), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("portrait_face_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_deleted_person_change_id_change"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_deleted_person_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_person")),
    )
    op.create_index(
        op.f("ix_deleted_person_change_id"), "deleted_person", ["change_id"], unique=False
    )
    op.create_index(
        op.f("ix_deleted_person_gallery_id"), "deleted_person", ["gallery_id"], unique=False
    )
    op.create_table(
        "deleted_photo",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change_id", sa.String(length=36), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("faces_seen", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("users", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_deleted_photo_change_id_change"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_deleted_photo_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_photo")),
        sa.UniqueConstraint("file", name=op.f("uq_deleted_photo_file")),
    )
    op.create_index(
        op.f("ix_deleted_photo_change_id"), "deleted_photo", ["change_id"], unique=False
    )
    op.create_index(
        op.f("ix_deleted_photo_gallery_id"), "deleted_photo", ["gallery_id"], unique=False
    )
    op.create_table(
        "deleted_face",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change_id", sa.String(length=36), nullable=False),
        sa.Column("gallery_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("photo_id", sa.String(length=36), nullable=True),
        sa.Column("crop_file", sa.String(length=80), nullable=False),
        sa.Column("crop_hash", sa.String(length=16), nullable=True),
        sa.Column("photo_sha256", sa.String(length=64), nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.JSON(), nullable=False),
        sa.Column("landmarks", sa.JSON(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("pose", sa.JSON(), nullable=False),
        sa.Column("quality", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_deleted_face_change_id_change"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["gallery.id"],
            name=op.f("fk_deleted_face_gallery_id_gallery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_face")),
        sa.UniqueConstraint("crop_file", name=op.f("uq_deleted_face_crop_file")),
    )
    op.create_index(op.f("ix_deleted_face_change_id"), "deleted_face", ["change_id"], unique=False)
    op.create_index(
        op.f("ix_deleted_face_gallery_id"), "deleted_face", ["gallery_id"], unique=False
    )
    op.create_index(op.f("ix_deleted_face_person_id"), "deleted_face", ["person_id"], unique=False)
    op.create_index(op.f("ix_deleted_face_photo_id"), "deleted_face", ["photo_id"], unique=False)


def downgrade() -> None:
    for name in (
        "deleted_face",
        "deleted_photo",
        "deleted_person",
        "change_subject",
        "change",
        "negative_example",
    ):
        op.drop_table(name)
    with op.batch_alter_table("person") as batch:
        batch.drop_column("portrait_face_id")
