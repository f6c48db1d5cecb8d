"""Products, and what a quote can hold: sections, choices, delivery, recurring lines."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
