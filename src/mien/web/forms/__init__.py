"""What the pages' forms take: fields by name, and the words when one is missing.

Rules of values (how long a name is, what a threshold may be) live in the gallery's verbs;
`PageForm.noting` ties what they say to the field that caused it.
"""
