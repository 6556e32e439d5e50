"""What the node does for mutual aid: how each area of it is written and asked."""
