"""Models: what the routes answer, by what it is about; a test holds them against examples."""
