"""What people write in a spreadsheet, English and Spanish, and what we call it.

Tables only. Every key is folded (see fold): lower case, no accents, no punctuation. To teach
the import another word, add it here; a test sees that no word stands for two things.
"""

import re
from typing import Final

from protocol.aid import fields
from protocol.aid.categories import CATEGORIES
from protocol.aid.category_words import WORDS


def fold(text: str) -> str:
    """Return text without case, accents and punctuation: "¿Qué ofreces?" becomes "que ofreces"."""
    return re.sub(r"[\W_]+", " ", fields.fold(text)).strip()


def turned(words: dict[str, str]) -> dict[str, str]:
    """Turn {meaning: "word, word"} round. Raises ValueError for a word with two meanings."""
    pairs = [(word, meaning) for meaning, line in words.items() for word in line.split(", ")]
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError(
            f"said twice: {[word for word, meaning in pairs if table[word] != meaning]}"
        )
    return table


HEADINGS: Final = turned(
    {
        # Pseudo-fields of a row: which pod and slot it is, who may see it, how long it is open.
        "id": "id, listing id, identifier, identificador, ref, reference, referencia, codigo",
        "pod": "pod id",
        "audience": "audience, scope, who can see, who can see it, seen by, alcance, audiencia, "
        "quien lo ve, quien puede verlo, visible para",
        "until": "until, open until, valid until, expires, expiry, expiry date, closes, hasta, "
        "caduca, vence, valido hasta, abierto hasta, fecha limite",
        "stamp": "stamp",
        # Two columns instead of a type: what is in them is the title, or a tick.
        "offers": "offer, offers, i offer, we offer, i can offer, what i can offer, can offer, "
        "what can you offer, what can you share, oferta, ofertas, ofrezco, ofrecemos, "
        "que ofreces, que ofrezco, que puedes ofrecer, puedo ofrecer, que puedes compartir",
        "needs": "need, needs, i need, we need, i could use, what do you need, what i need, "
        "what could you use, request, requests, ask, necesidad, necesidades, necesito, "
        "necesitamos, que necesitas, que necesito, me hace falta, me vendria bien, pido",
        # Fields of a listing.
        "type": "type, offer or need, offer need, need or offer, tipo, oferta o necesidad, "
        "ofrezco o necesito, ofrece o necesita, ofrezco necesito",
        "title": "title, what, what is it, item, items, listing, thing, summary, subject, titulo, "
        "que, que es, articulo, cosa, asunto, resumen, anuncio",
        "category": "category, categories, topic, area of help, categoria, categorias, tema, rubro",
        "status": "status, still open, estado, situacion, sigue abierto",
        "details": "details, detail, description, notes, note, more, more information, more info, "
        "tell us more, comments, comment, detalles, detalle, descripcion, notas, nota, "
        "mas informacion, mas info, comentarios, comentario, observaciones",
        "tags": "tags, tag, keywords, labels, etiquetas, etiqueta, palabras clave",
        "mode": "mode, give or lend, way of sharing, modo, modalidad, dar o prestar, "
        "forma de compartir",
        "qty": "qty, quantity, how many, how much, cantidad, cuantos, cuantas, cuanto",
        "unit": "unit, units, unidad, unidades, medida",
        "left": "left, remaining, still left, quedan, queda, restan, disponibles",
        "plenty": "plenty, unlimited, de sobra, en abundancia, sin limite",
        "date_from": "date from, from, starts, start, start date, from date, first day, desde, "
        "inicio, empieza, fecha de inicio, fecha inicio, a partir de",
        "date_to": "date to, to, ends, end, end date, to date, last day, fin, termina, "
        "fecha de fin, fecha fin, ultimo dia",
        "when": "when, date, dates, time, times, day, days, days and times, available, "
        "availability, schedule, cuando, fecha, fechas, dia, dias, hora, horas, horario, "
        "dias y horas, disponibilidad",
        "repeats": "repeats, repeat, recurring, how often, se repite, repeticion, frecuencia, "
        "cada cuanto",
        "repeats_words": "repeats words, repeats in words, se repite en palabras",
        "urgency": "urgency, urgent, how urgent, how soon, priority, urgencia, urgente, "
        "que tan urgente, prioridad",
        "cell": "cell, geohash, map cell, celda",
        "place": "place, where, area, neighbourhood, neighborhood, location, zone, part of town, "
        "lugar, donde, barrio, zona, ubicacion, sitio, colonia",
        "access": "access, accessibility, access needs, good to know, acceso, accesibilidad, "
        "bueno saber",
        "by": "by, shown as, show as, display name, name to show, mostrar como, nombre a mostrar, "
        "firma",
        "reply_via": "reply via, how to answer, how to reply, reply, como responder, "
        "responder por, contestar por",
        "lang": "lang, language, idioma, lengua",
        "posted_s": "posted, publicado",
    }
)

PRIVATE: Final = frozenset(
    (
        *("name", "names", "surname", "phone", "telephone", "tel", "mobile", "cellphone"),
        *("whatsapp", "signal", "telegram", "email", "mail", "address", "street", "contact"),
        *("birthday", "nombre", "nombres", "apellido", "apellidos", "telefono", "movil"),
        *("celular", "correo", "direccion", "calle", "domicilio", "contacto", "cumpleanos"),
    )
)
"""A heading with one of these words is about a person, and stays in the file: no name, number
or address travels unless its owner writes it into a listing."""

YES: Final = frozenset(("yes", "y", "x", "true", "1", "si", "s", "ok", "✓", "✔", "✅", "☑"))
NO: Final = frozenset(("no", "n", "false", "0", "none", "ninguno", "ninguna"))
NOTHING: Final = NO | {"", "nothing", "na", "n a", "nada", "de momento nada", "not now", "ahora no"}
"""Answers to "what can you offer?" that offer nothing."""

TYPES: Final = turned(
    {
        "offer": "offer, offers, offering, i offer, i can offer, o, give, giving, oferta, ofertas, "
        "ofrezco, ofrece, ofrecer, doy, puedo ofrecer",
        "need": "need, needs, i need, i could use, n, request, ask, asking, wanted, looking for, "
        "necesidad, necesito, necesita, pido, busco, me hace falta, peticion, solicitud",
    }
)
MODES: Final = turned(
    {
        "give": "give, gift, to keep, regalo, regalar, dar, doy, para quedarse",
        "lend": "lend, loan, borrow, to borrow, prestamo, prestar, presto, prestado",
        "do": "do, service, help, a hand, servicio, ayuda, hacer, mano",
        "teach": "teach, learn, lesson, lessons, class, ensenar, enseno, aprender, clase, clases",
        "space": "space, room, espacio, sala, sitio",
        "company": "company, companionship, listening, compania, acompanar, acompanamiento",
    }
)
STATUSES: Final = turned(
    {
        "open": "open, yes, y, active, available, new, abierto, abierta, activo, activa, si, "
        "disponible",
        "paused": "paused, pause, on hold, resting, pausado, pausada, en pausa, descansa",
        "done": "done, no, closed, finished, fulfilled, hecho, hecha, cerrado, cerrada, "
        "terminado, terminada, resuelto, resuelta",
    }
)
REPEATS: Final = turned(
    {
        "none": "none, no, once, one time, never, nunca, una vez, ninguno",
        "weekly": "weekly, every week, each week, semanal, semanalmente, cada semana, "
        "todas las semanas",
        "monthly": "monthly, every month, each month, mensual, mensualmente, cada mes, "
        "todos los meses",
    }
)
URGENCIES: Final = turned(
    {
        "now": "now, urgent, yes, y, today, asap, high, ahora, urgente, si, hoy, ya, alta, "
        "cuanto antes",
        "days": "days, soon, this week, in days, medium, dias, pronto, esta semana, media",
        "whenever": "whenever, no, not urgent, no hurry, no rush, anytime, low, cuando sea, "
        "sin prisa, no urgente, no es urgente, baja, cuando se pueda",
    }
)
REPLY_WAYS: Final = turned(
    {
        "sealed": "sealed, sealed reply, sealed letter, sellado, respuesta sellada",
        "at-meetup": "at meetup, meetup, at the meetup, en persona, encuentro, en el encuentro",
        "through-steward": "through steward, steward, ask a steward, "
        "a traves de quien cuida el nodo, por quien cuida el nodo",
    }
)
AUDIENCES: Final = turned(
    {
        "near": "near, neighbours, neighbors, neighbour pods, neighbor pods, nearby, cerca, "
        "vecinos, vecinas, pods vecinos",
        "network": "network, net, everyone, everybody, all, public, anyone, all pods, red, todos, "
        "todas, todo el mundo, publico, toda la red",
        "pod": "pod, pod only, only us, my pod, this pod, private, solo pod, solo nosotros, "
        "privado, nuestro pod",
    }
)
NO_END: Final = frozenset(
    (
        *("until i say", "no end", "no end date", "always", "open ended", "ongoing", "forever"),
        *("hasta que avise", "hasta que diga", "sin fecha", "sin fin", "siempre", "indefinido"),
    )
)
LANGUAGES: Final = turned(
    {
        "en": "english, ingles",
        "es": "spanish, espanol, castellano",
    }
)
MONTHS: Final = {
    word: number
    for number, words in enumerate(
        (
            ("january", "jan", "enero", "ene"),
            ("february", "feb", "febrero"),
            ("march", "mar", "marzo"),
            ("april", "apr", "abril", "abr"),
            ("may", "mayo"),
            ("june", "jun", "junio"),
            ("july", "jul", "julio"),
            ("august", "aug", "agosto", "ago"),
            ("september", "sep", "sept", "septiembre", "setiembre"),
            ("october", "oct", "octubre"),
            ("november", "nov", "noviembre"),
            ("december", "dec", "diciembre", "dic"),
        ),
        start=1,
    )
    for word in words
}

CATEGORY_WORDS: Final = (
    {fold(category): category for category in CATEGORIES}
    | {fold(name): category for category, name in CATEGORIES.items()}
    | turned(WORDS)
)
