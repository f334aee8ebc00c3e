"""What executes commands on tensors, and the queue that feeds it one at a time."""
