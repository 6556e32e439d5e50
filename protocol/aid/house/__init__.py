"""What never leaves a pod: its people, what they can do, what they decide, who was heard from.

Pages: docs/house.md. These are values for the pod's own tables, forms and sheets. None has a
payload, a kind or any other form on the wire, and nothing here may import what makes one
(tests/test_imports.py): what cannot be written down for a neighbour cannot be sent by mistake.
Read rights.py first: who may do what, in one table.
"""
