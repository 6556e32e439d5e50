"""Other people's formats: calendars, address books, directories, feeds. Spec: docs/formats.md.

Pure: bodies and bytes in, bytes and bodies out. What cannot be said in a format is named in a
report, never dropped in silence; what comes in is as hostile as what comes from a neighbour.
"""
