"""`pod bench`: how fast this pod is on this machine, beside the raw limit of the same run.

Wall times of a shared or small machine say little alone, so each figure stands next to what the
bare libraries reach in the same minute (floor.py, which imports nothing of ours). corpus.py
makes the records, nodes.py runs two real nodes, measures.py has one function for each figure.
"""
