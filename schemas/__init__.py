"""Schemas: what a document must look like, its canonical form, its hash, and its ground."""

from .canonical import canonical_bytes
from .cid import bytes32_to_hash, cid, cid_to_hash, hash_to_bytes32
from .content import content_bytes, content_hash
from .dialect import KINDS, schema
from .faults import DocumentError, Fault
from .footprint import area_m2, bounds, footprint
from .geometry import geometry_faults
from .overlap import Overlap, conflict, is_land_based
from .parsing import parse
from .projection import assigned_id, content_projection, document_id
from .quality import Context, Quality, assess
from .quantities import to_kg, to_tonnes
from .retrieval import canonical_status, retrieved
from .validation import kind_of, validate

__all__ = [
    "KINDS",
    "Context",
    "DocumentError",
    "Fault",
    "Overlap",
    "Quality",
    "area_m2",
    "assess",
    "assigned_id",
    "bounds",
    "bytes32_to_hash",
    "canonical_bytes",
    "canonical_status",
    "cid",
    "cid_to_hash",
    "conflict",
    "content_bytes",
    "content_hash",
    "content_projection",
    "document_id",
    "footprint",
    "geometry_faults",
    "hash_to_bytes32",
    "is_land_based",
    "kind_of",
    "parse",
    "retrieved",
    "schema",
    "to_kg",
    "to_tonnes",
    "validate",
]
