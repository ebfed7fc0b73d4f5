"""How well messages are read: labelled examples, scores, the figures of `flask eval`. No message of a customer passes here."""
