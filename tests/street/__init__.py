"""The parts of a simulated neighbourhood: houses, the wires between them, what must be true."""
