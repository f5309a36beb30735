"""Rows and documents as what the API gives out, GeoJSON above all."""
