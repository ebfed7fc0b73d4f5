"""What the supplier's people do to orders by hand."""
