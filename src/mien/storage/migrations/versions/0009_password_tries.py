"""How often passwords were tried, and links by which somebody sets a new one."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forget_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_password_tries")),
    )
    op.create_index(op.f("ix_password_tries_forget_at"), "password_tries", ["forget_at"])
    op.create_table(
        "reset_link",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_reset_link_user_id_user_account"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_reset_link")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_reset_link_secret_sha256")),
    )


def downgrade() -> None:
    op.drop_table("reset_link")
    op.drop_index(op.f("ix_password_tries_forget_at"), table_name="password_tries")
    op.drop_table("password_tries")
