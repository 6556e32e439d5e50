"""The fixed categories of what people share, and their plain English names.

Spec: docs/kinds.md §2.2. The ids are stable for ever, as records hold them; a pod may rename
what people read, and adds its own words as tags. Order is the order of lists and forms. Names
in other languages are in the catalogues of node/words, and the words by which people mean a
category in node/spreadsheet/words.py.
"""

from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

CATEGORIES: Final[dict[str, str]] = {
    "food": "Food",
    "food-prep": "Cooking together",
    "water": "Water",
    "childcare": "Childcare",
    "elder-disability-care": "Care for elders and disabled people",
    "emotional-support": "Company and listening",
    "health": "Health",
    "transport": "Rides and transport",
    "errands": "Errands",
    "items": "Things",
    "clothing": "Clothing",
    "tools-space": "Tools and space",
    "housing": "Housing",
    "home-repair": "Home repair",
    "auto-repair": "Car and bike repair",
    "utilities-fuel": "Power, heating and fuel",
    "laundry-showers": "Laundry and showers",
    "animals": "Animals",
    "learn-teach": "Learning and teaching",
    "language-help": "Translation and languages",
    "tech": "Phones and computers",
    "paperwork-legal": "Paperwork and rights",
    "money-info": "Information on money and benefits",
    "safety": "Safety",
    "emergency": "Emergency",
    "organising": "Organising",
    "other": "Something else",
}

PICTOGRAMS: Final[dict[str, str]] = {
    "food": "bread",
    "food-prep": "pot",
    "water": "drop",
    "childcare": "teddy-bear",
    "elder-disability-care": "two-hands",
    "emotional-support": "two-chairs",
    "health": "plaster",
    "transport": "car",
    "errands": "basket",
    "items": "box",
    "clothing": "shirt",
    "tools-space": "hammer",
    "housing": "house",
    "home-repair": "ladder",
    "auto-repair": "bicycle",
    "utilities-fuel": "bulb",
    "laundry-showers": "shower",
    "animals": "paw",
    "learn-teach": "book",
    "language-help": "speech-bubbles",
    "tech": "phone",
    "paperwork-legal": "pen-and-paper",
    "money-info": "coin",
    "safety": "lantern",
    "emergency": "bell",
    "organising": "megaphone",
    "other": "star",
}
"""The picture that stands beside the word, by the name of its drawing: each shows another thing."""

TAXONOMY_URI: Final = "urn:uuid:7d1916f3-6087-4185-b6e8-5a939f5446ec"
"""The categories as a taxonomy of HSDS, for who reads our directory by other programs. Its terms
are the ids, and each term's UUID is the UUIDv5 of the id within this UUID."""


def _known(category: str) -> str:
    if category not in CATEGORIES:
        raise PydanticCustomError("not_a_category", "not a category")
    return category


Category = Annotated[
    str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(CATEGORIES)})
]
