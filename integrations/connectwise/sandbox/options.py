"""The switches of one running sandbox: manners that differ between tenants, and the pace it answers at.

Changed at run time through the control door. Holds nothing that belongs to one company's records.
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.connectwise.sandbox import profiles


@dataclass(slots=True)
class Options:
    bad_auth_status: int = 401
    """401, or 404 as cloud hosts are known to answer wrong keys."""
    profile: str = profiles.NEWEST
    """Whose maximum lengths count: 2025.1 or 2026.4 (see `profiles.py`)."""
    page_size_clamped: bool = False
    """Whether a pageSize over 1,000 is taken for 1,000 instead of refused."""
    percent_is_wildcard: bool = True
    """Whether `like` knows % beside *. Otherwise a comparison with % in it is passed over, and so finds everything."""
    refuse_read_only: bool = False
    """Whether a PATCH of a read-only field is answered with 400 instead of passed over."""
    in_use_status: int = 409
    """409 or 400, when what others refer to is to be deleted."""
    callback_key_needs_auth: bool = False
    """Whether the signing key of callbacks is told to those with credentials only."""
    require_address: bool = False
    """Whether a company needs at least one address field, as its documentation says."""
    max_url: int = 2_000
    """Longer URLs are answered with 414, as the guide warns. In characters, path and query together."""
    max_body: int = 10_000_000
    """Larger bodies are answered with 413. In bytes."""
    rate_per_minute: int = 0
    """Requests a company may make in one minute before 429; 0 is unlimited. The real figure is about 1,000."""
    answer_min: float = 0.0
    answer_max: float = 0.0
    """Seconds an answer takes: fixed when both are equal, otherwise uniform between them. The work is done first."""
    callbacks: bool = True
    """Whether callbacks are delivered. While not, they count as lost."""
    callback_delay: float = 0.0
    """Seconds between a change and the first attempt to deliver it."""
    callback_timeout: float = 5.0
    """Seconds a receiver has for its answer."""
    callback_retry: float = 2.0
    """Seconds before the second attempt; before the third it is twice as long."""
    product_keeps_item: bool = False
    """Whether the catalog item of a product on an opportunity is settled once it is there. Not documented."""
    forecast_is_list: bool = True
    """Whether GET of an opportunity's forecast answers a list of one, as specified, or that one itself."""
    convert_copies_products: bool = False
    """Whether an opportunity that becomes an order or a ticket keeps its products and hands over copies."""
    order_keeps_products: bool = True
    """Whether a product on a sales order can only be cancelled, not deleted."""
    clone_keeps_line_number: bool = False
    """Whether the line that waits for the rest of a purchase order line has the same lineNumber, or the next."""
    journal_size: int = 100_000
    """Read when the sandbox starts: how many requests the journal remembers."""

    def update(self, changes: dict[str, object]) -> None:
        """Raises ValueError on a switch that doesn't exist or a value of another type."""
        for name, value in changes.items():
            if name not in self.__slots__:
                raise ValueError(f"no such option: {name}")
            wanted = type(getattr(self, name))
            if wanted is float and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            if type(value) is not wanted:
                raise ValueError(f"{name} must be of type {wanted.__name__}")
            if name == "profile" and value not in profiles.SHORTER:
                raise ValueError(f"profile must be one of {', '.join(profiles.SHORTER)}")
            setattr(self, name, value)
