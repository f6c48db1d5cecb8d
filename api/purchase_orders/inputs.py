"""What mutations of purchase orders take. Input shapes only: what is acceptable in them is for the services to say."""

from datetime import date
from decimal import Decimal

import strawberry

from api.organizations.inputs import AddressInput

UNSET = strawberry.UNSET
_VERSION = "The version of the purchase order that you saw: a newer one is not changed."


@strawberry.input(description="Where the supplier ships to: the whole address, what is left out is empty.")
class DropShipAddressInput:
    name: str | None = strawberry.field(default=None, description="Who gets it, at most 200 characters.")
    address: AddressInput | None = strawberry.field(default=None, description="Where that is.")


@strawberry.input(description="What is asked beside the goods.")
class PurchaseOrderCostInput:
    title: str = strawberry.field(description="What for, at most 200 characters.")
    amount: Decimal = strawberry.field(
        description="How much, with no more decimals than the currency has; less than 0 for a credit."
    )


@strawberry.input(description="What new purchase orders and a changed one take alike.")
class _OrderFields:
    owner_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The employee who looks after it; of a new order that of the token if not said."
    )
    supplier_reference: str | None = strawberry.field(
        default=UNSET, description="The supplier's own number for it, at most 100 characters."
    )
    due_date: date | None = strawberry.field(default=UNSET, description="The day on which the goods are expected.")
    note: str | None = strawberry.field(
        default=UNSET,
        description="For the MSP alone, such as licence keys, at most 10,000 characters. It is kept encrypted.",
    )
    warehouse_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Where the goods come in. It ends `dropShip`."
    )
    drop_ship: bool | None = strawberry.field(
        default=UNSET,
        description="Whether the supplier ships straight to the customer: to where the sales order goes, if no"
        " `deliveryAddress` is given.",
    )
    delivery_address: DropShipAddressInput | None = strawberry.field(
        default=UNSET, description="Where the supplier ships to with `dropShip`."
    )


@strawberry.input(description="What of a line can be changed later.")
class _LineFields:
    title: str | None = strawberry.field(default=UNSET, description="What is bought, at most 500 characters.")
    description: str | None = strawberry.field(default=UNSET, description="More about it, at most 6,000 characters.")
    quantity: Decimal | None = strawberry.field(default=UNSET, description="How many: more than 0.")
    unit_cost: Decimal | None = strawberry.field(
        default=UNSET,
        description="What one costs, at most four decimals; of a new line what the supplier offers, else what the line"
        " of the sales order or the product says.",
    )
    supplier_number: str | None = strawberry.field(
        default=UNSET, description="The supplier's own number for it; of a new line that of the supplier's offer."
    )


@strawberry.input(
    description="A new line. What it doesn't say it takes from product and offer; else it needs them all."
)
class PurchaseOrderLineInput(_LineFields):
    product_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The product; free text if not said. Its part number is kept as it is now."
    )
    sales_order_line_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="The line of its sales order that it is bought for, no more than that still needs. The product is"
        " that line's then; of a bundle say which component with `productId`.",
    )


@strawberry.input(description="A new purchase order for stock.")
class CreatePurchaseOrderInput(_OrderFields):
    supplier_id: strawberry.ID = strawberry.field(description="Whom it goes to.")
    lines: list[PurchaseOrderLineInput] = strawberry.field(
        default_factory=list, description="What is bought, in order; at most 500."
    )
    costs: list[PurchaseOrderCostInput] = strawberry.field(
        default_factory=list, description="What is asked beside the goods, at most 20."
    )


@strawberry.input(description="What to buy for a line of the sales order.")
class SaleLinePurchaseInput:
    sales_order_line_id: strawberry.ID = strawberry.field(description="The line.")
    product_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Which component, where the line is a bundle."
    )
    quantity: Decimal = strawberry.field(description="How many: no more than are still to be bought.")
    unit_cost: Decimal | None = strawberry.field(
        default=UNSET,
        description="What one costs; what the supplier offers if not said, else what the line or the product says.",
    )


@strawberry.input(description="A purchase order for a sales order.")
class SalePurchaseInput(_OrderFields):
    supplier_id: strawberry.ID = strawberry.field(description="Whom it goes to.")
    lines: list[SaleLinePurchaseInput] = strawberry.field(description="What is bought there, in order.")
    costs: list[PurchaseOrderCostInput] = strawberry.field(
        default_factory=list, description="What is asked beside the goods, at most 20."
    )


@strawberry.input(description="Purchase orders to make for a sales order, all of them or none.")
class CreatePurchaseOrdersInput:
    sales_order_id: strawberry.ID = strawberry.field(description="The sales order. It must be approved.")
    warehouse_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Where the goods of those come in that don't say it themselves."
    )
    drop_ship: bool | None = strawberry.field(
        default=UNSET,
        description="Whether those that don't say it themselves are shipped straight to the customer.",
    )
    orders: list[SalePurchaseInput] | None = strawberry.field(
        default=None, description="The orders, at most 50; null: as `purchaseProposal` says, one for each supplier."
    )


@strawberry.input(description="What to change of a purchase order. What is left out stays; null empties it.")
class UpdatePurchaseOrderInput(_OrderFields):
    purchase_order_id: strawberry.ID = strawberry.field(description="The purchase order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="Lines to put at the end of a purchase order.")
class AddPurchaseOrderLinesInput:
    purchase_order_id: strawberry.ID = strawberry.field(description="The purchase order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    lines: list[PurchaseOrderLineInput] = strawberry.field(description="The lines, in order.")


@strawberry.input(description="What to change of a line. What is left out stays; null empties it.")
class UpdatePurchaseOrderLineInput(_LineFields):
    line_id: strawberry.ID = strawberry.field(description="The line.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="A line to take out of its purchase order.")
class RemovePurchaseOrderLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="The other costs of a purchase order.")
class SetPurchaseOrderCostsInput:
    purchase_order_id: strawberry.ID = strawberry.field(description="The purchase order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    costs: list[PurchaseOrderCostInput] = strawberry.field(
        description="All of them, in order, at most 20; an empty list: there are none."
    )


@strawberry.input(description="A purchase order to approve.")
class ApprovePurchaseOrderInput:
    purchase_order_id: strawberry.ID = strawberry.field(description="The purchase order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="A purchase order to call off.")
class CancelPurchaseOrderInput:
    purchase_order_id: strawberry.ID = strawberry.field(description="The purchase order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    reason: str | None = strawberry.field(default=None, description="Why, at most 2,000 characters.")


@strawberry.input(description="So much of one line came in.")
class ReceivedLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line, each once.")
    quantity: Decimal | None = strawberry.field(
        default=None,
        description="How many; if not said one for each serial number, or without those all that are missing.",
    )
    serial_numbers: list[str] = strawberry.field(
        default_factory=list,
        description="Of a serialized product one for each piece, at most 100 characters; a product has each once.",
    )


@strawberry.input(description="Goods that came in.")
class ReceivePurchaseOrderInput:
    purchase_order_id: strawberry.ID = strawberry.field(description="The purchase order. It must be approved.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    received_on: date | None = strawberry.field(
        default=None, description="The day, where the MSP is; today if not said, and never later."
    )
    reference: str | None = strawberry.field(
        default=None, description="The number of the delivery note, at most 100 characters."
    )
    lines: list[ReceivedLineInput] | None = strawberry.field(
        default=None, description="What came in; null: all that is missing of what has no serial numbers."
    )
