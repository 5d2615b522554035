"""Searches widths, input sizes and precisions for the best net within a budget.

config      what is tried, and the budget
search      candidates become checkpoints, artefacts and measured rows; resumable
result      rows become a Pareto front, a choice and a picture
"""
