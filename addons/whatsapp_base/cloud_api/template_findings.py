"""What the linter of templates says, and how its parts collect it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that Meta would refuse (``error``), or may refuse or show badly (``warning``).

    ``path`` says where: ``name``, ``header.text``, ``body.text``, ``buttons.1.url``, ``carousel.0.body.text``.
    ``source`` holds problem and remedy, marked for translation with ``words._``, which may name ``values`` as
    ``%(name)s``; a value called ``label`` is translated, too. Whoever shows a finding to a person uses `explain`.
    """

    severity: str
    path: str
    source: tuple[str, str]
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        """Tell whether the template would be refused."""
        return self.severity == ERROR

    @property
    def text(self) -> str:
        """Return the problem in English."""
        return self.source[0] % self.values if self.values else self.source[0]

    @property
    def remedy(self) -> str:
        """Return what to do, in English."""
        return self.source[1] % self.values if self.values else self.source[1]

    def explain(self, translate: Callable[[str], str]) -> tuple[str, str]:
        """Return problem and remedy in the words of ``translate``, which gets each text before values go in."""
        values = dict(self.values)
        if "label" in values:
            values["label"] = translate(values["label"])
        try:
            text, remedy = (translate(part) % values if values else translate(part) for part in self.source)
        except (KeyError, TypeError, ValueError):  # a translation that names other values
            text, remedy = self.text, self.remedy
        return text, remedy


@dataclass(frozen=True, slots=True)
class Sample:
    """A file that will be uploaded as the example of a media header."""

    mimetype: str
    size: int


@dataclass(slots=True)
class Report:
    """Collects findings about one definition; knows what all rules need to know about it."""

    category: str = ""
    named: bool = False
    samples: dict[str, Sample] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def error(self, path: str, text: str, remedy: str, **values: Any) -> None:
        """Note what Meta would refuse."""
        self._add(Finding(ERROR, path, (text, remedy), values))

    def warn(self, path: str, text: str, remedy: str, **values: Any) -> None:
        """Note what Meta may refuse, or what customers will not see as meant."""
        self._add(Finding(WARNING, path, (text, remedy), values))

    def _add(self, finding: Finding) -> None:
        if finding not in self.findings:
            self.findings.append(finding)


def upper(value: Any) -> str:
    """Return a keyword of Meta's as it is compared; "" when it is missing."""
    return "" if value is None else str(value).strip().upper()


def is_whole(value: Any) -> bool:
    """Tell whether a value is a whole number (JSON's true is none)."""
    return isinstance(value, int) and not isinstance(value, bool)
