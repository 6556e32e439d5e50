"""`pod bench`: how fast this pod is on this machine, beside the raw limit of the same run.

Wall times of a shared or small machine say little alone, so each figure stands next to what the
bare libraries reach in the same minute (floor.py, which imports nothing of ours). corpus.py
makes the records, station.py is one real node with a stopwatch, lab.py starts processes and asks
them, measures.py has one function for each measure. Spec: docs/performance.md.
"""
