"""The errors of the command that are meant for people. Does not hold the errors of the GraphQL API."""


class UserError(Exception):
    """Something the person at the terminal can put right. One whole sentence: the command shows it and exits 1."""
