"""What can be granted, and what each grant opens: the scopes of API tokens and roles.

It grants nothing: `service.py` does, and never more than whoever grants has.
"""

from collections.abc import Mapping

from domain.permissions import EVERYTHING, Permission

NEVER_GRANTED = frozenset({Permission.OFFER_ANSWER})
"""Belongs to the customer's link to one quote alone: a token that answered offers would answer them all."""

GRANTABLE = EVERYTHING - NEVER_GRANTED

OPENS: Mapping[Permission, str] = {
    Permission.ORGANIZATIONS_READ: "See organizations, their contacts and addresses.",
    Permission.ORGANIZATIONS_WRITE: "Enter and change organizations, contacts and addresses.",
    Permission.PRODUCTS_READ: "See products, categories, brands, suppliers and warehouses.",
    Permission.PRODUCTS_WRITE: "Enter and change products, categories, brands, suppliers and warehouses.",
    Permission.QUOTES_READ: "See quotes with their costs and margins, what was sent of them, and templates.",
    Permission.QUOTES_WRITE: "Write, send, accept and decline quotes; make customers' links and templates.",
    Permission.QUOTES_APPROVE: "Approve quotes that the rules hold back, or reject them.",
    Permission.SALES_ORDERS_READ: "See sales orders, their payments and deliveries.",
    Permission.SALES_ORDERS_WRITE: "Enter and change sales orders, payments and deliveries.",
    Permission.SALES_ORDERS_APPROVE: "Approve sales orders.",
    Permission.PURCHASE_ORDERS_READ: "See purchase orders with their notes, which may hold licence keys.",
    Permission.PURCHASE_ORDERS_WRITE: "Write purchase orders and receive goods.",
    Permission.PURCHASE_ORDERS_APPROVE: "Approve purchase orders.",
    Permission.STORE_WRITE: "For an online store: place orders and change accounts in the name of contacts.",
    Permission.SETTINGS_READ: "See the sales settings and approval rules.",
    Permission.SETTINGS_ADMIN: "Change the sales settings and approval rules.",
    Permission.EMPLOYEES_READ: "See employees and their roles.",
    Permission.INTEGRATIONS_READ: "See which apps are connected, their settings and choices; never their keys.",
    Permission.INTEGRATIONS_ADMIN: "Install, connect, set up and disconnect apps.",
    Permission.SYNC_READ: "See how records stand with connected apps, and the sync errors.",
    Permission.SYNC_WRITE: "Retry and dismiss sync errors.",
    Permission.ACCESS_ADMIN: "Manage employees, roles and API tokens, within one's own scopes.",
    Permission.AUDIT_READ: "See who changed what, and when.",
    Permission.SCHEMA_READ: "Introspection: `__schema` and `__type`, which GraphiQL and code generators ask for.",
}
