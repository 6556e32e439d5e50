"""Keeps: the one SQLite file of a pod. Synchronous; nothing acknowledged is lost."""
