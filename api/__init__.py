"""The room that serves the index over HTTP and relays what others signed; it holds no authority."""
