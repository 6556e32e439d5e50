"""Decides: what a pod may say and believe. Bytes, times and chance come in; nothing is opened here."""
