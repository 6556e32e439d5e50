"""The members' pages: what neighbours see of their pod, on their own phones.

Spec: docs/pages.md. Rendered here, useful without script, and all of it through Pod, the one door
for writing. Read server.py (sockets), guard.py (who may say what), routes.py (every path, with
who may), then pages/.
"""
