"""The work: what is done about a message after the door has recorded it. Each job is a verb, takes one id, and may run twice."""
