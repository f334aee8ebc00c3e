"""One thin file a gRPC service: messages in, commands to the queue, messages out."""
