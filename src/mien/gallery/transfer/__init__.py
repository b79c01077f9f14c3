"""People and photos on their way into a gallery and out of it, many at once."""
