"""QR codes as drawings inside the sheet, and what phones understand of them."""

import segno
from markupsafe import Markup
from segno import helpers


def drawn(text: str) -> Markup:
    """Return a code that a phone's camera reads; its size is the style's."""
    code = segno.make(text, error="m", micro=False)
    # Only numbers and fixed names are in the drawing; none of the text is.
    svg: str = code.svg_inline(border=4, omitsize=True, svgclass="code", lineclass=None)
    return Markup(svg)  # noqa: S704


def wifi(name: str, password: str | None) -> str:
    """Return the text by which phones join a Wi-Fi; without a password an open one."""
    return str(helpers.make_wifi_data(name, password, "WPA" if password else "nopass"))
