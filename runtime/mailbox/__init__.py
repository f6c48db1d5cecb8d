"""A mail server that delivers to nobody: what comes in is kept and can be looked at. For `up`, not for production."""

from runtime.mailbox.serve import serve

__all__ = ["serve"]
