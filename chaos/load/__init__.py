"""Load by profile: so many users at a time, as long as the profile says, then every message counted in the ledger."""
