"""Assertions in the steps of a journey speak as those of tests do. Holds no fixtures: each journey has its own."""

import pytest

pytest.register_assert_rewrite("tests.journeys.month")
