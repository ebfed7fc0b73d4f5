"""Work that a person does or decides: tasks, takeovers, approvals, proposed names."""
