"""Searches widths, input sizes and precisions for the best net within a budget.

config      what is tried, and the budget
search      candidates become checkpoints, artefacts and measured rows; resumable
measure     an exported file becomes a row: size, latency, Jaccard
front       rows become a Pareto front and a choice
plot        the front as a picture
"""
