"""What verify workers run, and the worker itself: apart from the tensor server, and importing nothing of it."""
