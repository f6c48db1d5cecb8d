"""What an opportunity is expected to bring: its forecast, which is totals over forecast items."""

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import forecast

MODULE = "Sales / Opportunity"
_PATH = "sales/opportunities/{id}/forecast"

ENTITIES = (
    Entity(
        path="sales/opportunities/{opportunity}/forecast",
        name="ForecastItem",
        module=MODULE,
        refer=(),
        prepare=(forecast.item_defaults, forecast.item_margin),
        fields=declare("""
            forecastDescription:str(50) opportunity!:ref(Opportunity) quantity:num=1 ~bill:str quantityCancelled:num
            ~teStatusID:int ~billingLogRecID:int ~convertedRecID:int ~convertedAGRDetailRecID:int
            status!:ref(OpportunityStatus) catalogItem:ref(CatalogItem,as=identifier+serializedFlag)
            productDescription:str productClass:str
            revenue:num=0 cost:num=0 ~margin:num ~percentage:int includeFlag:bool=true quoteWerksDocNo:str(20)
            quoteWerksDocName:str(255) quoteWerksQuantity:int
            forecastType!:enum(Other1|Other2|Agreement|Product|Service) linkFlag:bool recurringRevenue:num
            recurringCost:num recurringDateStart:date recurringDateEnd:date billCycle:ref(BillingCycle)
            cycleBasis:str cycles:int recurringFlag:bool sequenceNumber:num subNumber:int taxableFlag:bool
        """),
    ),
    # Never stored: what the items of an opportunity add up to, under the opportunity's id.
    Entity(
        path="",
        name="Forecast",
        module=MODULE,
        refer=(),
        fields=declare("""
            forecastItems:items(ForecastItem) ~productRevenue:any ~serviceRevenue:any ~agreementRevenue:any
            ~timeRevenue:any ~expenseRevenue:any ~forecastRevenueTotals:any ~inclusiveRevenueTotals:any
            ~recurringTotal:num ~wonRevenue:any ~lostRevenue:any ~openRevenue:any ~otherRevenue1:any
            ~otherRevenue2:any ~salesTaxRevenue:num ~forecastTotalWithTaxes:num ~expectedProbability:int
            taxCode:ref(TaxCode) billingTerms:ref(BillingTerm) currency:ref(Currency)
        """),
    ),
)

# Of the opportunity: the first id in their paths is its.
ACTIONS = (
    Action("GET", _PATH, forecast.forecast, right="inquire"),
    Action("POST", _PATH, forecast.add_items, status=201),
    Action("PUT", _PATH, forecast.replace_items),
    Action("PATCH", _PATH, forecast.patch_items),
    Action("DELETE", _PATH, forecast.drop_items, status=204),
    Action("POST", _PATH + "/{item}", forecast.add_item, status=201),
    Action("POST", _PATH + "/copy/{item}", forecast.copy_item),
)
