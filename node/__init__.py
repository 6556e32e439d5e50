"""Acts: sockets, clock and chance around protocol and store."""
