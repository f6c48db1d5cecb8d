"""What single entities do beyond the protocol, each manner a small function that a table in `tables/` names.

`prepare` hooks fill a record about to be checked, `check` hooks yield what is wrong with it, `after` hooks write what
follows from it, `remove` hooks may answer a DELETE in another way. Nothing here knows about HTTP.
"""
