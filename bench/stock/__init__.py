"""The design one would write first, for comparison: a job per message in RQ's forking worker, ORM objects, the send in the job.

Same tables, same reader, same sentences, same Twilio client; what differs is the shape. Never imported by the product.
"""
