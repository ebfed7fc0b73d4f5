"""The supplier's own documents: read, indexed, searched, and quoted. Decides about no order and knows no conversation."""
