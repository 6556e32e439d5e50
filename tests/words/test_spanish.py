"""The Spanish is one: the words of docs/languages.md, on both sides of the sea."""

import re
from typing import Final

import pytest

from node.words.catalogue import catalogues, read_catalogue

NOT_SAID: Final = {
    "several people are called nothing": r"\b(vosotr[oa]s|vuestr[oa]s?|ustedes|usted|os)\b",
    "nor are they told to": r"\b(habladlo|leeos|empezad|poned|preguntad|poneos|mirad|decid)\b",
    "what you can": r"\b(podéis|necesitáis|aceptáis|tenéis|queréis|estáis|veáis)\b",
    "board": r"\btabl[oó]n",
    "promise": r"\bcomprom[ie]t",
    "member": r"\bmiembros?\b",
    "computer": r"\bordenador",
    "a": r"\b(a|de) el\b",
    "pod id": r"\bidentidad\b",
    "letters and signs that HTML makes": r"&\w+;",
}


@pytest.mark.parametrize("idea", NOT_SAID)
def test_one_idea_has_one_word(idea: str) -> None:
    messages = read_catalogue(catalogues()["es"].read_bytes())
    texts = ["|".join(it.string) if it.pluralizable else it.string for it in messages if it.id]
    assert [it for it in texts if re.search(NOT_SAID[idea], str(it), re.IGNORECASE)] == []
