"""The journey of a quote, played against a running instance: one list of steps that the command and the tests read."""
