"""One turn of a conversation, from the rows it starts from to the rows it ends in."""
