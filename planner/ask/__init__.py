"""Questions with one answer: break-even, range, earliest, trade-off, near-optimal (docs/questions.md)."""
