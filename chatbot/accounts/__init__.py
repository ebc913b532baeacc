"""Who may use the program: users, their passwords and tokens, sign-in sessions, roles."""
