"""Test vectors that drive every port of the contract."""
