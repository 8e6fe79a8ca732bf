"""What is said in place of an earliest date."""

NEVER, UNKNOWN = "never", "unknown"

DATE_INTERRUPTED = "the search for the earliest date was interrupted"
"""Why a plan that is complete otherwise has no date."""
