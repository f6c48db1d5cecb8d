"""The switches of one running sandbox: manners that differ between tenants, and the pace it answers at.

Changed at run time through the control door. Holds nothing that belongs to one company's records.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Options:
    bad_auth_status: int = 401
    """401, or 404 as cloud hosts are known to answer wrong keys."""
    require_address: bool = False
    """Whether a company needs at least one address field, as its documentation says."""
    max_url: int = 10_000
    """Longer URLs are answered with 414. In characters, path and query together."""
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
            setattr(self, name, value)
