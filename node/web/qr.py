"""QR codes on pages: pictures inside the page, since nothing is loaded from elsewhere."""

import segno


def qr_data(text: str) -> str:
    """Return the address of a picture that holds its own content (RFC 2397): a QR code of text.

    Black on white with its quiet zone, in the dark too: cameras need that.
    """
    return str(segno.make(text, micro=False).svg_data_uri(scale=4, border=4, light="white"))
