"""Access: who asks, what they may do, and the trail of every attempt (OGCR 4.3)."""
