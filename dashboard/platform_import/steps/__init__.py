"""What is done with the rows of each of the platform's tables, in the order in which they need each other."""
