"""What each page shows: frozen values that a view fills and a template reads.

Every page has one class, whose `template` names its file. Addresses are strings that the view
has made, so that a template knows no route; texts are as they are, the template escapes them.
"""
