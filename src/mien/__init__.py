"""Mien: self-hosted facial recognition."""

__version__ = "0.1.0"
