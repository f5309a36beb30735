"""What somebody wants to happen, checked, and as the call that a signature would make happen."""
