"""The fixed words of the document, by language. What people typed is never translated.

Another language is another entry in LANGUAGES: every key must be there. Languages that aren't speak English; figures
and dates follow the locale all the same.
"""

from collections.abc import Mapping
from types import MappingProxyType

Words = Mapping[str, str]

FALLBACK = "en"

LANGUAGES: Mapping[str, Words] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "TAX_INVOICE": "Tax invoice",
                "SALES_ORDER": "Sales order",
                "billing": "Bill to",
                "delivery_address": "Deliver to",
                "number": "Number",
                "date": "Date",
                "due_date": "Due date",
                "customer_reference": "Your reference",
                "account_number": "Account",
                "currency": "Currency",
                "tax_number": "Tax number",
                "position": "#",
                "title": "Description",
                "quantity": "Quantity",
                "unit_price": "Unit price",
                "discount": "Discount",
                "tax": "Tax",
                "net": "Amount",
                "MONTHLY": "per month",
                "QUARTERLY": "per quarter",
                "YEARLY": "per year",
                "before_discounts": "Before discounts",
                "discounts": "Discounts",
                "subtotal": "Subtotal",
                "coupon": "Coupon",
                "surcharge": "Surcharge",
                "delivery": "Delivery",
                "total": "Total",
                "paid": "Paid",
                "outstanding": "Amount due",
                "tax_summary": "Tax summary",
                "tax_rate": "Rate",
                "tax_base": "Net amount",
                "payment_terms": "Payment terms",
                "page": "Page {page} of {pages}",
            }
        ),
        "de": MappingProxyType(
            {
                "TAX_INVOICE": "Rechnung",
                "SALES_ORDER": "Auftragsbestätigung",
                "billing": "Rechnungsadresse",
                "delivery_address": "Lieferadresse",
                "number": "Nummer",
                "date": "Datum",
                "due_date": "Fällig am",
                "customer_reference": "Ihre Referenz",
                "account_number": "Kundennummer",
                "currency": "Währung",
                "tax_number": "Steuernummer",
                "position": "#",
                "title": "Beschreibung",
                "quantity": "Menge",
                "unit_price": "Einzelpreis",
                "discount": "Rabatt",
                "tax": "MwSt.",
                "net": "Betrag",
                "MONTHLY": "pro Monat",
                "QUARTERLY": "pro Quartal",
                "YEARLY": "pro Jahr",
                "before_discounts": "Vor Rabatten",
                "discounts": "Rabatte",
                "subtotal": "Zwischensumme",
                "coupon": "Gutschein",
                "surcharge": "Zuschlag",
                "delivery": "Lieferung",
                "total": "Gesamtbetrag",
                "paid": "Bezahlt",
                "outstanding": "Offener Betrag",
                "tax_summary": "Steuerübersicht",
                "tax_rate": "Satz",
                "tax_base": "Nettobetrag",
                "payment_terms": "Zahlungsbedingungen",
                "page": "Seite {page} von {pages}",
            }
        ),
        "fr": MappingProxyType(
            {
                "TAX_INVOICE": "Facture",
                "SALES_ORDER": "Confirmation de commande",
                "billing": "Facturer à",
                "delivery_address": "Livrer à",
                "number": "Numéro",
                "date": "Date",
                "due_date": "Échéance",
                "customer_reference": "Votre référence",
                "account_number": "Numéro de client",
                "currency": "Devise",
                "tax_number": "Numéro de TVA",
                "position": "#",
                "title": "Désignation",
                "quantity": "Quantité",
                "unit_price": "Prix unitaire",
                "discount": "Remise",
                "tax": "TVA",
                "net": "Montant",
                "MONTHLY": "par mois",
                "QUARTERLY": "par trimestre",
                "YEARLY": "par an",
                "before_discounts": "Avant remises",
                "discounts": "Remises",
                "subtotal": "Sous-total",
                "coupon": "Bon de réduction",
                "surcharge": "Supplément",
                "delivery": "Livraison",
                "total": "Total",
                "paid": "Déjà payé",
                "outstanding": "Reste à payer",
                "tax_summary": "Récapitulatif de la TVA",
                "tax_rate": "Taux",
                "tax_base": "Montant net",
                "payment_terms": "Conditions de paiement",
                "page": "Page {page} sur {pages}",
            }
        ),
        "es": MappingProxyType(
            {
                "TAX_INVOICE": "Factura",
                "SALES_ORDER": "Confirmación de pedido",
                "billing": "Facturar a",
                "delivery_address": "Entregar a",
                "number": "Número",
                "date": "Fecha",
                "due_date": "Vencimiento",
                "customer_reference": "Su referencia",
                "account_number": "Número de cliente",
                "currency": "Moneda",
                "tax_number": "Número fiscal",
                "position": "#",
                "title": "Descripción",
                "quantity": "Cantidad",
                "unit_price": "Precio unitario",
                "discount": "Descuento",
                "tax": "IVA",
                "net": "Importe",
                "MONTHLY": "al mes",
                "QUARTERLY": "al trimestre",
                "YEARLY": "al año",
                "before_discounts": "Antes de descuentos",
                "discounts": "Descuentos",
                "subtotal": "Subtotal",
                "coupon": "Cupón",
                "surcharge": "Recargo",
                "delivery": "Entrega",
                "total": "Total",
                "paid": "Pagado",
                "outstanding": "Importe pendiente",
                "tax_summary": "Resumen de impuestos",
                "tax_rate": "Tipo",
                "tax_base": "Importe neto",
                "payment_terms": "Condiciones de pago",
                "page": "Página {page} de {pages}",
            }
        ),
    }
)


def of(language: str) -> tuple[str, Words]:
    """The words of a language, and which language they really are."""
    spoken = language if language in LANGUAGES else FALLBACK
    return spoken, LANGUAGES[spoken]
