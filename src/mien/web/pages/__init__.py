"""What each page shows, and what fills it: one module an area.

Every page has one frozen class, whose `template` names its file, and a function beside it that
makes it from what the verbs say. Addresses are strings, so that a template knows no route; texts
are as they are, the template escapes them.
"""
