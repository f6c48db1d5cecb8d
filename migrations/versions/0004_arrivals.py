"""What comes from the other side: callback addresses and how far a poll has read."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
