"""An app is the same in every room: its provider here, its lane in the domain, its key and its guide in the api."""

from api import guides
from api.apps import _SHOWN, AppKey
from domain.ids import split_subject
from domain.integration_settings.apps import APPS, MAIL
from runtime.serve import _shelf
from runtime.settings import Settings

SHELF = _shelf(Settings(connectwise_client_id="test"))
LANES = {**APPS, MAIL.provider: MAIL}


def test_every_app_has_a_provider_and_every_provider_an_app():
    assert {name: provider.title for name, provider in SHELF.items()} == {
        app.provider: app.title for app in LANES.values()
    }


def test_a_lane_takes_what_its_provider_works_on():
    """What a lane doesn't take is never raised; what nobody works on stays due for ever."""
    for name, provider in SHELF.items():
        assert {*provider.plans, *provider.chores} == set(LANES[name].subjects)


def test_what_recurs_is_a_chore():
    for name, provider in SHELF.items():
        assert {split_subject(subject)[0] for subject in LANES[name].standing} <= set(provider.chores)


def test_every_app_can_be_installed_and_has_a_guide():
    assert {key.value for key in AppKey} == {key.value for key in _SHOWN} == set(guides._GUIDES) == set(APPS)
