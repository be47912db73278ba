"""Whether a strategy keeps its contract with the engine, tried on small drawings.

`alih test-strategy` and the tests of the project's own strategies call `examine`.
"""

from alih.training.conformance.candidate import Candidate, find, read
from alih.training.conformance.checks import Outcome, examine

__all__ = ["Candidate", "Outcome", "examine", "find", "read"]
