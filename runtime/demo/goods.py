"""What an MSP sells: a catalog of any size, made of a few families. Saves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from runtime.demo import words


@dataclass(frozen=True)
class Family:
    """`stem` and `variants` make the titles; prices are in cents. `cost`: what of the price it costs, in percent."""

    category: tuple[str, str]
    type: str
    stem: str
    variants: tuple[str, ...]
    low: int
    high: int
    cost: int
    serialized: bool = False
    period: str | None = None


FAMILIES = (
    Family(
        ("Hardware", "Notebooks"),
        "PHYSICAL",
        "notebook",
        ("13″ 16 GB", "14″ 32 GB", "16″ 64 GB"),
        89900,
        319900,
        84,
        True,
    ),
    Family(("Hardware", "Desktops"), "PHYSICAL", "small desktop", ("i5 16 GB", "i7 32 GB"), 64900, 189900, 82, True),
    Family(("Hardware", "Displays"), "PHYSICAL", "display", ("24″", "27″ 4K", "34″ wide"), 17900, 99900, 78),
    Family(("Hardware", "Servers"), "PHYSICAL", "rack server", ("1U", "2U 12-bay"), 289900, 1499900, 80, True),
    Family(
        ("Network", "Switches"), "PHYSICAL", "switch", ("24-port", "48-port PoE", "8-port"), 19900, 349900, 74, True
    ),
    Family(("Network", "Firewalls"), "PHYSICAL", "firewall", ("desktop", "rack 10 GbE"), 49900, 599900, 72, True),
    Family(
        ("Network", "Wireless"), "PHYSICAL", "access point", ("Wi-Fi 6", "Wi-Fi 7", "outdoor"), 14900, 129900, 70, True
    ),
    Family(("Hardware", "Accessories"), "PHYSICAL", "dock", ("USB-C", "Thunderbolt 4"), 9900, 34900, 68),
    Family(("Hardware", "Accessories"), "PHYSICAL", "patch cable", ("1 m", "3 m", "10 m"), 490, 2990, 45),
    Family(
        ("Licences", "Productivity"),
        "NON_PHYSICAL",
        "office suite seat",
        ("basic", "premium"),
        690,
        3690,
        84,
        False,
        "MONTHLY",
    ),
    Family(
        ("Licences", "Security"),
        "NON_PHYSICAL",
        "endpoint protection seat",
        ("standard", "with response"),
        390,
        1290,
        60,
        False,
        "MONTHLY",
    ),
    Family(
        ("Licences", "Backup"),
        "NON_PHYSICAL",
        "backup licence",
        ("per server", "per seat"),
        9900,
        59900,
        66,
        False,
        "YEARLY",
    ),
    Family(
        ("Services", "Managed"),
        "SERVICE",
        "managed workplace",
        ("essential", "complete"),
        3900,
        14900,
        48,
        False,
        "MONTHLY",
    ),
    Family(("Services", "Labor"), "SERVICE", "on-site engineer, hour", ("standard", "after hours"), 12500, 24500, 55),
)


@dataclass(frozen=True)
class Good:
    """Prices in cents."""

    family: Family
    maker: str
    part_number: str
    title: str
    price: int
    cost: int


def goods(random: Random, count: int) -> Iterator[Good]:
    """No part number twice."""
    for n in range(count):
        family, maker = FAMILIES[n % len(FAMILIES)], random.choice(words.MAKERS)
        price = random.randrange(family.low, family.high, 10)
        code = f"{maker[:2].upper()}{family.stem[:2].upper()}-{n + 1000}"
        title = f"{maker} {family.stem} {random.choice(family.variants)}"
        yield Good(family, maker, code, f"{title}, series {n % 97 + 3}", price, price * family.cost // 100)
