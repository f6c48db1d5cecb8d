"""The history of the schema. Run by `quotewright migrate`, as the role qw_owner."""
