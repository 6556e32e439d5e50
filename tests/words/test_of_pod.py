"""A pod's own catalogues: a file in a folder is a language; a wrong one stops nothing."""

import os
from pathlib import Path

import pytest

from node.words import Languages
from node.words.blank import blank, renewed
from node.words.catalogue import MAX_FILE_BYTES, MAX_FILES, message_count, understood

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'


def write(folder: Path, name: str, said: dict[str, str], more: str = "") -> None:
    folder.mkdir(exist_ok=True)
    body = "".join(f'\nmsgid "{english}"\nmsgstr "{own}"\n' for english, own in said.items())
    (folder / name).write_text(f"{HEADER}{more}{body}", encoding="utf-8")


def test_a_file_in_the_folder_is_a_language_without_a_new_start(tmp_path: Path) -> None:
    languages = Languages(tmp_path / "words")
    assert languages.tags() == ["en", "es"]
    write(tmp_path / "words", "ar.po", {"Board": "اللوحة"})
    languages.look_again()
    assert languages.tags() == ["en", "ar", "es"]
    arabic = languages.words_in("ar-EG")
    assert (arabic.gettext("Board"), arabic.direction) == ("اللوحة", "rtl")
    assert arabic.gettext("Food") == "Food"
    write(tmp_path / "words", "ar.po", {"Board": "لوحة"})
    languages.look_again()
    assert languages.words_in("ar-EG").gettext("Board") == "لوحة"


def test_a_pods_own_word_stands_before_the_one_that_ships(tmp_path: Path) -> None:
    write(tmp_path, "es.po", {"Board": "El tablón"})
    spanish = Languages(tmp_path).words_in("es")
    assert (spanish.gettext("Board"), spanish.gettext("Food")) == ("El tablón", "Comida")
    assert Languages().words_in("es").gettext("Board") != "El tablón"


def test_an_empty_file_offers_no_language_yet(tmp_path: Path) -> None:
    (tmp_path / "ar.po").write_bytes(blank("ar"))
    languages = Languages(tmp_path)
    assert languages.tags() == ["en", "es"]
    assert languages.of_pod()["ar"].said == 0


@pytest.mark.parametrize("tag", ["ar", "hmn", "zh-hant"])
def test_a_blank_catalogue_has_every_message_and_is_read(tag: str) -> None:
    said = understood(blank(tag))
    assert (said.said, said.left_out) == (0, {})
    assert blank(tag).count(b"\nmsgid ") == message_count() + 1  # and the header's


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"not a catalogue",
        b'msgid "open',
        b"",
        HEADER.encode()
        + b'"Plural-Forms: nplurals=99999999; plural=0\\n"\n\nmsgid "a"\nmsgstr "b"\n',
        HEADER.encode() + b'"Plural-Forms: nplurals=9"\n"9999999; plural=0\\n"\n',
        HEADER.replace("utf-8", "zz").encode(),
        b"#" * (MAX_FILE_BYTES + 1),
    ],
)
def test_a_wrong_file_costs_nobody_a_page(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "so.po").write_bytes(content)
    write(tmp_path, "ar.po", {"Board": "اللوحة"})
    languages = Languages(tmp_path)
    assert languages.tags() == ["en", "ar", "es"]
    assert languages.words_in("so").gettext("Board") == "Board"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "so.po").write_bytes(b'msgid "open')
    assert list(Languages(tmp_path).problems()) == ["so"]


@pytest.mark.parametrize("said", ["<b>x</b>", "x &amp; y", "x\u202ey", "100 %", "{x}"])
def test_a_translation_that_would_break_a_page_is_left_out_and_named(
    tmp_path: Path, said: str
) -> None:
    write(tmp_path, "so.po", {"Board": said, "Food": "Cunto"})
    languages = Languages(tmp_path)
    assert languages.words_in("so").gettext("Board") == "Board"
    assert languages.words_in("so").gettext("Food") == "Cunto"
    assert list(languages.of_pod()["so"].left_out) == ["Board"]


@pytest.mark.parametrize("rule", ["n%(n-1500)", "n/0", "n+7"])
def test_a_rule_of_plurals_that_fails_is_english(tmp_path: Path, rule: str) -> None:
    forms = f'"Plural-Forms: nplurals=2; plural={rule};\\n"\n'
    plural = '\nmsgid "%(count)s day ago"\nmsgid_plural "%(count)s days ago"\n'
    write(tmp_path, "so.po", {"Food": "Cunto"}, forms)
    with (tmp_path / "so.po").open("a") as file:
        file.write(f'{plural}msgstr[0] "%(count)s a"\nmsgstr[1] "%(count)s b"\n')
    words = Languages(tmp_path).words_in("so")
    said = {words.ngettext("%(count)s day ago", "%(count)s days ago", it) for it in (1, 2, 1500)}
    assert all(it.startswith("%(count)s ") for it in said)


@pytest.mark.parametrize("name", ["../../x.po", "a.po", "words.po.bak", "so-.po", "so po.po"])
def test_only_files_named_by_a_language_are_read(tmp_path: Path, name: str) -> None:
    write(tmp_path, Path(name).name, {"Board": "x"})
    assert Languages(tmp_path).tags() == ["en", "es"]


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "so.po")
    (tmp_path / "ar.po").mkdir()
    assert Languages(tmp_path).tags() == ["en", "es"]


def test_a_folder_full_of_files_is_read_in_part(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 5):
        write(tmp_path, f"a{chr(97 + number % 26)}{chr(97 + number // 26)}.po", {"Board": "x"})
    assert len(Languages(tmp_path).tags()) == MAX_FILES + 2


def test_a_folder_that_is_named_like_a_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "ar.po").mkdir()
    assert Languages(tmp_path).problems() == {}


# --- A file is begun, and stays in step ---


def test_a_file_begins_with_what_people_see_first_and_says_its_plurals() -> None:
    begun = blank("pl").decode()
    first, rest = begun.split("=== All the rest")
    for said in ("I could use…", "Ask for it", "Food"):
        assert f'msgid "{said}"' in first
    assert 'msgid "The zip is broken, or locked."' in rest
    assert "# msgstr[1]: 2, 3, 4, 22, 23, …" in begun
    assert "# msgstr[0]: 1\n" in begun


def test_a_file_is_brought_in_step_and_loses_nothing() -> None:
    begun = blank("so").decode()
    worked_on = (
        begun.replace('msgid "Food"\nmsgstr ""', '# bread?\nmsgid "Food"\nmsgstr "Cunto"')
        .replace('msgid "Water"\nmsgstr ""\n', "")
        .replace('"Language: so', '"X-By: Ayaan\\n"\n"Language: so')
    )
    made = renewed((worked_on + '\nmsgid "No more"\nmsgstr "Maya"\n').encode())
    assert (made.new, made.gone) == (1, 1)
    text = made.content.decode()
    assert "X-By: Ayaan" in text
    assert '# bread?\nmsgid "Food"\nmsgstr "Cunto"' in text
    assert 'msgid "Water"\nmsgstr ""' in text
    assert '#~ msgid "No more"\n#~ msgstr "Maya"' in text
    assert understood(made.content).said == 1
    again = renewed(made.content)
    assert again == (made.content, 0, 1)
