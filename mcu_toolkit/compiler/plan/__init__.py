"""The memory plan: from calls to steps, what is asked of the arena, the planner and the checkers."""
