"""The sync engine. Knows no vendor: what is particular to one stands in that vendor's folder."""
