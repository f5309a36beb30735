"""A folder of documents: what is in it, by profile and id, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas import DocumentError, content_hash, document_id, kind_of, parse, validate

Document = dict[str, Any]
SUFFIXES = (".json", ".geojson")
KINDS = ("pdd", "mrv", "methodology")


@dataclass
class Documents:
    """Valid documents by id, each with its versions in the order of the files, and all faults."""

    pdd: dict[str, list[Document]] = field(default_factory=dict)
    mrv: dict[str, list[Document]] = field(default_factory=dict)
    methodology: dict[str, list[Document]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many documents can be played."""
        kinds = (self.pdd, self.mrv, self.methodology)
        return sum(len(versions) for kind in kinds for versions in kind.values())


def read_documents(folder: Path) -> Documents:
    """Read every .json and .geojson file below a folder, GeoJSON FeatureCollections included.

    A document that is not valid stands in `faults` with every fault it has; one of another profile
    than pdd, mrv or methodology in `ignored`.
    """
    found = Documents()
    files = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES)
    for path in files:
        try:
            for place, document in _documents_in(path):
                _take(found, f"{path}{place}", document)
        except (DocumentError, OSError) as error:
            found.faults += [f"{path}: {fault}" for fault in _sentences(error)]
    return found


def _documents_in(path: Path) -> Iterator[tuple[str, Any]]:
    value = parse(path.read_bytes())
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        features = value.get("features")
        for place, feature in enumerate(features if isinstance(features, list) else ()):
            yield f" (feature {place + 1})", feature
    else:
        yield "", value


def _take(found: Documents, place: str, document: Any) -> None:
    kind = kind_of(document)
    if kind not in KINDS:
        found.ignored.append(f"{place}: {kind or 'no profile'}")
        return
    faults = validate(kind, document)
    if faults:
        found.faults += [f"{place}: {fault}" for fault in faults]
        return
    if kind == "methodology":
        name = f"{document['id']}@{document['version']}"
    elif kind == "mrv":
        name = f"{document['properties']['project_id']}/{document_id(document)}"
    else:
        name = document_id(document)
    versions = getattr(found, kind).setdefault(name, [])
    if content_hash(document) not in map(content_hash, versions):
        versions.append(document)


def _sentences(error: Exception) -> list[str]:
    return [str(fault) for fault in getattr(error, "faults", ())] or [str(error)]
