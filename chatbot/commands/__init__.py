"""The commands of the program, one module a theme; heavy imports happen inside the functions."""
