"""What is said in place of an earliest date, and why a plan that is complete otherwise has not every part."""

NEVER, UNKNOWN = "never", "unknown"

LIMITS_INTERRUPTED = "the search for how far the prices of limits hold was interrupted"
DATE_INTERRUPTED = "the search for the earliest date was interrupted"
CERTIFICATE_INTERRUPTED = "the search for a certificate was interrupted"
