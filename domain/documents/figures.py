"""Numbers, amounts, percentages and dates as people of a locale write them. It rounds nothing away: amounts keep every
decimal they have, and at least as many as their currency.
"""

from copy import copy
from datetime import date
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import NumberPattern

from domain.errors import ErrorCode, UserError
from domain.money import arithmetic, minor_units

# CLDR: where paper is US Letter; A4 is everywhere else.
_LETTER = frozenset({"BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"})


def locale_of(code: str) -> Locale:
    """The locale that a code such as en-US means; UserError if there is none."""
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        raise UserError(
            ErrorCode.INVALID, "locale must be a language and a country, such as en-US or de-DE.", ("locale",)
        ) from None


class Figures:
    """Of one locale and one currency. Raises UserError for those that don't exist."""

    def __init__(self, locale: str, currency: str) -> None:
        self.locale = locale_of(locale)
        self.currency = currency
        places = minor_units(currency)
        self._money = _pattern(self.locale.currency_formats["standard"], places)
        self._amount = _pattern(self.locale.decimal_formats[None], places)
        self._number = _pattern(self.locale.decimal_formats[None], 0)
        self._percent = _pattern(self.locale.percent_formats[None], 0)

    @property
    def paper(self) -> str:
        return "us-letter" if self.locale.territory in _LETTER else "a4"

    def money(self, amount: Decimal) -> str:
        """With the currency's symbol: $1,234.50."""
        # The wide yen sign is in Japanese fonts only.
        return self._written(self._money, amount).replace("￥", "¥")

    def amount(self, amount: Decimal) -> str:
        """Without the currency, for columns: 1,234.50."""
        return self._written(self._amount, amount)

    def quantity(self, quantity: Decimal) -> str:
        return self._written(self._number, quantity)

    def percent(self, percent: Decimal) -> str:
        """Of a percentage: 19 is 19 %."""
        return self._written(self._percent, percent.scaleb(-2))

    def date(self, day: date) -> str:
        return format_date(day, "medium", locale=self.locale)

    def _written(self, pattern: NumberPattern, number: Decimal) -> str:
        with arithmetic():
            exact = number + 0  # there is no -0
            return str(
                pattern.apply(
                    exact, self.locale, currency=self.currency, currency_digits=False, decimal_quantization=False
                )
            )


def _pattern(standard: NumberPattern, places: int) -> NumberPattern:
    """The locale's pattern with at least so many decimals, whatever it says itself."""
    pattern = copy(standard)
    pattern.frac_prec = (places, places)
    return pattern
