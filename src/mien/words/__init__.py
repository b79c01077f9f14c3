"""The one catalogue of sentences, and the functions that make a sentence of a key and values."""
