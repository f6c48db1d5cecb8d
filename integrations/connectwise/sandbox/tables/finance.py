"""Billing cycles and terms, tax codes and currencies. Invoices and agreements are not kept."""

from integrations.connectwise.sandbox.entity import Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import setup

SETUP = "System / Table Setup"


def _level(word: str) -> str:
    """One of the six taxes that a tax code adds up."""
    name = f"level{word}"
    return f"""
        {name}Rate:num {name}RateType:enum(Amount|Percent)=Percent {name}TaxableMax:num {name}Caption:str(25)
        {name}TaxCodeXref:str(50) {name}AgencyXref:str(100) {name}ServicesFlag:bool {name}ExpensesFlag:bool
        {name}ProductsFlag:bool {name}ApplySingleUnitFlag:bool {name}ApplySingleUnitMin:num
        {name}ApplySingleUnitMax:num
    """


_LEVELS = " ".join(_level(word) for word in ("One", "Two", "Three", "Four", "Five", "Six"))

ENTITIES = (
    Entity(
        path="finance/billingCycles",
        name="BillingCycle",
        module=SETUP,
        setup=True,
        href="billingCycle",
        unique=("identifier",),
        after=(setup.one_default("BillingCycle"),),
        fields=declare("""
            identifier!:str(5) name!:str(50) defaultFlag:bool
            billingOptions!:enum(BiMonthly|BiWeekly|Monthly|NotRecurring|Quarterly|SemiAnnual|Weekly|Yearly)
        """),
    ),
    Entity(
        path="finance/billingTerms",
        name="BillingTerm",
        module=SETUP,
        setup=True,
        href="billingTerms",
        unique=("name",),
        after=(setup.one_default("BillingTerm"),),
        fields=declare("name!:str(50) defaultFlag:bool dueDays!:int termsXref:str(50)"),
    ),
    Entity(
        path="finance/taxCodes",
        name="TaxCode",
        module=SETUP,
        setup=True,
        href="taxCode",
        label=("description",),
        unique=("identifier",),
        after=(setup.one_default("TaxCode"),),
        fields=declare(f"""
            identifier!:str(8) description!:str(50) invoiceCaption!:str(25) country:ref(Country) effectiveDate!:date
            defaultFlag:bool displayOnInvoiceFlag:bool canadaCalculateGSTFlag:bool cancelDate:date {_LEVELS}
            workRoleIds:ints addAllWorkRoles:bool removeAllWorkRoles:bool expenseTypeIds:ints addAllExpenseTypes:bool
            removeAllExpenseTypes:bool productTypeIds:ints addAllProductTypes:bool removeAllProductTypes:bool
        """),
    ),
    Entity(
        path="finance/currencies",
        name="Currency",
        module=SETUP,
        setup=True,
        href="currency",
        unique=("currencyIdentifier",),
        fields=declare("""
            currencyIdentifier!:str(10) name!:str(50) symbol:str(10) displayIdFlag:bool displaySymbolFlag:bool
            currencyCode:ref thousandsSeparator:str(1) decimalSeparator:str(1) negativeParenthesesFlag:bool
            rightAlign:bool numberOfDecimals:int reportFormat:str
        """),
    ),
)
