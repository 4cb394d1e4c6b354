"""What was planted in a simulated world, and whether it was found."""
