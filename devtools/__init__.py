"""Developer tools behind ./dev: plain standard-library Python, one duty a file."""
