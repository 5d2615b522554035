"""One file a standard format; the order is that of the page."""

from skinseg_mobile.runtime_py.dossier.formats import (
    croissant,
    cyclonedx,
    evaluation,
    model_card,
    model_signing,
    slsa,
)
from skinseg_mobile.runtime_py.dossier.formats.spec import DossierFormat

FORMATS: tuple[DossierFormat, ...] = (
    model_signing.FORMAT,
    evaluation.FORMAT,
    slsa.FORMAT,
    cyclonedx.FORMAT,
    croissant.FORMAT,
    model_card.FORMAT,
)
