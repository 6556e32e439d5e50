"""Decides what a pod may say and believe.

Pure: bytes, times and chance come in, nothing is opened, awaited or asked here.
"""
