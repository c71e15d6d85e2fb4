"""Layers and their backward passes, written by hand."""
