"""From the verbs' answers to what the pages show, one module an area."""
