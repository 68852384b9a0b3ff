"""Webhooks: one signed call when an operation has ended, to hosts that the operator named and nowhere else."""
