"""Billing cycles. Nothing else of finance is kept yet."""

from integrations.connectwise.sandbox.entity import Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import setup

ENTITIES = (
    Entity(
        path="finance/billingCycles",
        name="BillingCycle",
        module="System / Table Setup",
        setup=True,
        href="billingCycle",
        unique=("identifier",),
        after=(setup.one_default("BillingCycle"),),
        fields=declare("""
            identifier!:str(5) name!:str(50) defaultFlag:bool
            billingOptions!:enum(BiMonthly|BiWeekly|Monthly|NotRecurring|Quarterly|SemiAnnual|Weekly|Yearly)
        """),
    ),
)
