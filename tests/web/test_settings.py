"""The pod's name, card and settings on pages; and the first steps, as long as there are any."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.backup import back_up
from node.config import CONFIG_FILE, Config, load_config
from node.pod_name import default_name
from protocol.aid.house.rights import MACHINE, Role
from protocol.errors import UserError
from tests.web.visiting import House, Visitor, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    config = Config(web_port=0, listen=("127.0.0.1",))
    async with house(tmp_path / "elm", config) as it:
        yield it


@pytest.fixture(name="ana")
def ana_(elm: House) -> Visitor:
    return elm.somebody("Ana")


def settings_of(elm: House) -> Path:
    return elm.pod.keeper.folder / CONFIG_FILE


async def test_pod_is_given_a_name_and_its_card_follows(elm: House, ana: Visitor) -> None:
    elm.pod.card.show_key()
    assert (await ana.post("/settings/name", {"name": "  Elm  Court "})).status == 303
    assert elm.pod.name == "Elm Court"
    card = elm.pod.card.get()
    assert card is not None
    assert card.name == "Elm Court"
    assert "Ana called the pod Elm Court." in (await ana.get("/log")).text
    refused = await ana.post("/settings/name", {"name": "Elm\u202e"})
    assert refused.status == 422
    assert "That cannot be the name of a pod." in refused.text
    assert elm.pod.name == "Elm Court"


async def test_settings_wait_for_the_next_start_and_say_so(elm: House, ana: Visitor) -> None:
    assert "waits for the next start" not in (await ana.get("/settings")).text
    said = {"web_https": "yes", "web_names": "elm.lan, elm.home", "addresses": "192.168.1.4"}
    assert (await ana.post("/settings", said)).status == 303
    found = load_config(settings_of(elm))
    assert (found.web_https, found.mdns) == (True, False)
    assert found.web_names == ("elm.lan", "elm.home")
    assert found.addresses == ("192.168.1.4:4781",)
    page = (await ana.get("/settings?saved=1")).text
    assert "Some of it is saved and waits for the next start." in page
    assert 'value="elm.lan, elm.home"' in page
    assert (
        "Ana changed a setting of the machine: whether its pages come by HTTPS."
        in (await ana.get("/log")).text
    )


async def test_setting_that_cannot_be_is_said_beside_its_field(elm: House, ana: Visitor) -> None:
    refused = await ana.post("/settings", {"web_names": "a b c d e f g h i", "addresses": "x:y"})
    assert refused.status == 422
    assert "Up to four addresses" in refused.text
    assert "Up to eight names" in refused.text
    assert 'value="x:y"' in refused.text
    assert load_config(settings_of(elm)).web_names == ()


async def test_no_page_changes_what_people_would_lock_themselves_out_with(
    elm: House, ana: Visitor
) -> None:
    said = {
        "web": "",
        "web_port": "1",
        "sync_port": "1",
        "listen": "10.0.0.1",
        "log_level": "debug",
    }
    assert (await ana.post("/settings", {"mdns": "yes", **said})).status == 303
    assert not settings_of(elm).exists()  # nothing that the page offers was changed
    assert (await ana.post("/settings", said)).status == 303
    assert settings_of(elm).read_text() == "mdns = false\n"
    found = load_config(settings_of(elm))
    assert found.web
    assert (found.web_port, found.sync_port, found.listen) == (8080, 4781, ())
    assert "bad_config" not in settings_of(elm).read_text()


async def test_door_takes_no_setting_that_is_on_no_page(elm: House) -> None:
    for name in ("web", "web_port", "listen", "nothing"):
        with pytest.raises(UserError) as caught:
            elm.pod.settings.change(MACHINE, name, "false")
        assert caught.value.code == "not_found"
    assert not settings_of(elm).exists()


async def test_card_is_written_and_read_by_strangers(elm: House, ana: Visitor) -> None:
    assert "No person belongs in it" in (await ana.get("/card")).text
    said = {
        "name": "Elm Court",
        "zone_name": "Elm Street 1-40",
        "zone_kind": "street",
        "accepting": "yes",
        "about": "Soup on Fridays",
        "how_to_reach": "door: number 12\n\nmeeting: Fridays at six",
        "languages": "en, es",
        "members_band": "5-10",
    }
    assert (await ana.post("/card", said)).location == "/card?saved=1"
    page = (await elm.stranger.get("/")).text
    for text in ("Elm Street 1-40", "Soup on Fridays", "door: number 12", "meeting: Fridays"):
        assert text in page
    card = elm.pod.card.get()
    assert card is not None
    assert card.languages == ("en", "es")
    assert (await ana.post("/card", {**said, "about": "", "members_band": ""})).status == 303
    now = elm.pod.card.get()
    assert now is not None
    assert (now.about, now.members_band, now.zone_kind) == (None, None, "street")


async def test_card_keeps_what_the_form_has_no_field_for(elm: House, ana: Visitor) -> None:
    elm.pod.card.show_key()
    before = elm.pod.card.get()
    assert before is not None
    said = {"name": "Elm", "zone_name": "Elm", "zone_kind": "town", "accepting": "no"}
    await ana.post("/card", said)
    after = elm.pod.card.get()
    assert after is not None
    assert after.mail_key == before.mail_key != None  # noqa: E711


async def test_card_that_cannot_be_keeps_what_was_typed(elm: House, ana: Visitor) -> None:
    said = {"name": "Elm", "zone_name": "", "zone_kind": "town", "how_to_reach": "knock"}
    refused = await ana.post("/card", {**said, "accepting": "ask"})
    assert refused.status == 422
    assert 'id="w-zone_name"' in refused.text
    assert 'id="w-how_to_reach"' in refused.text
    assert "knock" in refused.text
    assert elm.pod.card.get() is None


async def test_settings_and_card_are_for_stewards(elm: House, ana: Visitor) -> None:
    bo = elm.somebody("Bo", Role.MEMBER)
    for path in ("/settings", "/card"):
        assert (await bo.get(path)).status == 403
        assert (await bo.post(path, {"web_https": "yes"})).status == 403
    assert (await bo.post("/settings/name", {"name": "Bo's"})).status == 403
    assert not settings_of(elm).exists()
    assert (await ana.get("/settings")).status == 200


# --- First steps ---

TITLE = "First steps of the pod"


async def test_first_steps_are_shown_to_stewards_until_somebody_puts_them_away(
    elm: House, ana: Visitor
) -> None:
    bo = elm.somebody("Bo", Role.MEMBER)
    assert TITLE in (await ana.get("/")).text
    assert TITLE not in (await bo.get("/")).text
    assert (await bo.post("/first-steps/put-away")).status == 403
    assert (await ana.post("/first-steps/put-away")).location == "/"
    assert TITLE not in (await ana.get("/")).text


async def test_first_steps_go_when_all_are_done(elm: House, ana: Visitor, tmp_path: Path) -> None:
    steps = {it.first.value: it.is_done for it in elm.pod.setting_up.steps(MACHINE)}
    assert steps == {
        "name": True,
        "people": False,
        "steward": False,
        "sheet": True,
        "backup": False,
    }
    elm.pod.rename(default_name(elm.pod.pod_id))
    assert not elm.pod.setting_up.steps(MACHINE)[0].is_done
    elm.pod.rename("Elm Court")
    elm.somebody("Bo", Role.STEWARD)
    elm.somebody("Cy")
    assert "Ask a second person" not in (await ana.get("/")).text
    back_up(elm.pod, tmp_path / "elm", tmp_path / "stick.age")
    assert TITLE not in (await ana.get("/")).text
