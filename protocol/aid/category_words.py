"""The words by which people mean a category, in English and Spanish: in spreadsheets and searches.

Spec: docs/kinds.md §2.2. Folded (no case, no accents, no punctuation), apart by a comma and a
blank. A test sees that the names of all catalogues are among them and that none means two. To
teach another word, add it here.
"""

from typing import Final

WORDS: Final[dict[str, str]] = {
    "food": "groceries, meals, meal, produce, comida, alimentos, comestibles, despensa",
    "food-prep": "cooking, cocina, cocinar, cocinar juntos, cocina comunitaria, cocinar en comun",
    "water": "agua",
    "childcare": "child care, babysitting, kids, children, cuidado de ninos, ninos, "
    "cuidado infantil, guarderia, "
    "cuidado de ninas y ninos",
    "elder-disability-care": "elder care, eldercare, care, disability, elders, seniors, "
    "cuidado de mayores, mayores, cuidados, discapacidad, "
    "cuidado de mayores y personas con discapacidad",
    "emotional-support": "emotional support, emotional help, company, companionship, "
    "listening, apoyo emocional, compania, escucha, acompanamiento, "
    "compania y escucha",
    "health": "medicine, medical, first aid, salud, medicina, primeros auxilios",
    "transport": "transportation, rides, ride, a ride, moving, transporte, viajes, viaje, "
    "mudanza, llevar, "
    "viajes y transporte",
    "errands": "errand, shopping, mandados, recados, compras, tramites y recados, "
    "mandados y recados",
    "items": "item, stuff, goods, household, furniture, cosas, objetos, muebles, hogar",
    "clothing": "clothes, ropa, ropa y zapatos, zapatos",
    "tools-space": "tools, tool, space, herramientas, herramienta, espacio, herramientas y espacio",
    "housing": "a place to stay, vivienda, alojamiento, habitacion",
    "home-repair": "repair, repairs, handyman, fixing, reparaciones, reparacion, arreglos, "
    "reparaciones del hogar, "
    "arreglos en casa",
    "auto-repair": "car repair, bike repair, bikes, cars, mecanica, bicicletas, coches, "
    "reparacion de bicicletas, "
    "arreglo de coches y bicis",
    "utilities-fuel": "utilities, fuel, heating, power, electricity, luz, gas, "
    "calefaccion, energia, combustible, lena, "
    "luz calefaccion y combustible",
    "laundry-showers": "laundry, showers, washing, lavanderia, duchas, lavar, colada, "
    "lavanderia y duchas",
    "animals": "pets, pet, animales, mascotas, mascota, perros, gatos",
    "learn-teach": "learning, teaching, lessons, classes, education, tutoring, skills, "
    "aprender, ensenar, clases, educacion, aprender y ensenar, talleres",
    "language-help": "language, languages, translation, interpreting, idiomas, traduccion, "
    "interpretacion, traduccion e idiomas",
    "tech": "technology, computers, phones, internet, tecnologia, computadoras, "
    "ordenadores, informatica, celulares, moviles, "
    "telefonos y computadoras",
    "paperwork-legal": "paperwork, legal, forms, rights, papeleo, tramites, derechos, "
    "formularios, "
    "papeleo y derechos",
    "money-info": "money, benefits, dinero, ayudas, prestaciones, "
    "informacion sobre dinero y ayudas",
    "safety": "security, seguridad",
    "emergency": "emergencies, emergencia, emergencias",
    "organising": "organizing, organizacion, organizar, comunidad, community",
    "other": "misc, anything else, otro, otra, otros, otras, varios, otra cosa",
}
