"""All messages in one catalogue, and the functions that fill them in."""
