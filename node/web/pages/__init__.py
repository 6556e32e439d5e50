"""The pages by subject: each module has its handlers, and its lines of the table of routes."""
