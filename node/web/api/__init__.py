"""The API: what members do by pages, for programs of theirs, as JSON under /api/.

Spec: docs/api.md. Read operation.py (one line of the table), then the table itself in table.py;
the handlers (serve.py) and the OpenAPI document (openapi.py) are made from it alone.
"""
