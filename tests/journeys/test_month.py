"""A month in the life of an MSP, by those who live it: each has a token of their own, and GraphQL is all they use.

The steps are told in order, and go on with what the ones before have made. ConnectWise has journeys of its own.
"""

import pytest

from tests.conftest import data_folder, fresh_database
from tests.journeys.month import administration, fulfilling, outside, selling
from tests.journeys.month.goods import REFUSED
from tests.journeys.month.world import a_month
from tests.runtime.system import running_system

STEPS = [
    administration.the_administrator_sets_the_house_up,
    administration.automation_brings_catalog_and_customers_once,
    selling.the_sales_person_drafts_and_is_held_back_by_a_rule,
    selling.the_manager_approves_one_and_rejects_another,
    selling.the_sales_person_mends_what_was_rejected_and_sends,
    selling.the_customer_sees_the_offer_and_accepts_it_with_changes,
    selling.another_customer_declines_and_an_expired_offer_takes_no_yes,
    administration.the_customer_is_told_by_mail_and_automation_mends_a_refused_address,
    fulfilling.the_manager_approves_the_order_and_only_then_it_is_bought,
    fulfilling.purchasing_buys_at_two_suppliers_and_receives_in_two_parts,
    fulfilling.delivery_brings_it_all_and_the_order_is_closed,
    outside.the_online_store_orders_and_changes_an_account,
    outside.the_partner_app_pages_listens_and_may_do_no_more,
    administration.the_administrator_looks_back_and_shuts_a_door,
]


@pytest.fixture(scope="module")
def fresh(postgres):
    with fresh_database(postgres) as database:
        yield database


@pytest.fixture(scope="module")
def system(fresh, valkey):
    with data_folder() as folder, running_system(fresh.app_url, valkey.url, folder) as system:
        yield system


@pytest.fixture(scope="module")
async def month(system, fresh):
    async with a_month(system, fresh) as month:
        month.mail.refused[REFUSED] = "550 5.1.1 No such person here"
        yield month


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_step(month, step):
    await step(month)
