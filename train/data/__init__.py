"""Folders of photographs: prepared, checked, decoded."""
