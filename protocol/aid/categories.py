"""The fixed categories of what people share, and their plain English names.

Spec: docs/kinds.md §2.2. The ids are stable for ever, as records hold them; a pod may rename
what people read, and adds its own words as tags. Order is the order of lists and forms.
"""

from typing import Annotated, Final

from pydantic import AfterValidator
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


def _known(category: str) -> str:
    if category not in CATEGORIES:
        raise PydanticCustomError("not_a_category", "not a category")
    return category


Category = Annotated[str, AfterValidator(_known)]
