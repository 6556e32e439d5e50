"""What programs are told of things: the JSON of `--json`, and of the API. The words are the same.

A shape is a model: it makes the JSON, and it is what /api/openapi.json says of it. Keys are
stable: they are added, never renamed. docs/commands.md and docs/api.md list them.
"""
