"""Tenants to try things on: the ones that `up` makes, and data that looks like a real MSP's. Not for production."""

from runtime.demo.tenant import Demo, ensure

__all__ = ["Demo", "ensure"]
