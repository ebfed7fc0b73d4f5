"""Who may order for which outlet: bindings, invitations, requests to join."""
