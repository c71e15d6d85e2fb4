"""How strongly operators bind: the one table of the parser."""

LIST = 10
"""`,`, `;`, `:`, the bar of `p(y|x)`, wide spaces, `\\forall`."""
RELATION = 20
SUM = 30
PRODUCT = 40
"""All of `·`, `×`, `⊙`, `/` and juxtaposition: a product is flat."""
FACTOR = 50
"""One operand with its scripts."""
