"""Part numbers: when two of them are the same. It does not know which product carries one."""

from domain.text import fold


def part_key(number: str) -> str:
    """The number for comparing: no case, no spaces. Empty when nothing is left, which is no part number."""
    return fold(number)
