"""docs/runbook.md, played: each issue is brought about on a running house, its commands are typed, and the house must be well."""
