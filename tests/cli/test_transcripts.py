"""The transcripts in transcripts/ are played: what the manual shows is what commands do."""

from pathlib import Path

import pytest

from tests.cli import transcript

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript_holds(path: Path, tmp_path: Path) -> None:
    transcript.play(path, tmp_path)


def test_the_readme_holds(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "README.md").read_text()
    _, found, rest = page.partition("<!-- transcript -->\n```text\n")
    assert found
    path = tmp_path / "readme.txt"
    path.write_text(rest.partition("```")[0])
    transcript.play(path, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "$ pod --version\nmutualpod 0.0.0\n",
        "$ pod --version\nmutualpod <any>\nmore\n",
        "$ pod --version\nmutualpod <any>\n= 2\n",
        "$ pod --version\nmutualpod <any>\n! a word on stderr\n",
        "$ pod --version\n",
    ],
    ids=["other words", "more lines", "other status", "more on stderr", "fewer lines"],
)
def test_a_wrong_transcript_fails(text: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text(text)
    with pytest.raises(AssertionError):
        transcript.play(path, tmp_path)
