"""The fixer: a report becomes a plan, the plan becomes proved bytes."""
