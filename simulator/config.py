"""Behaviour that can be changed while the simulator runs: ``GET/POST /_sim/config``.

Every value is checked; a wrong one raises :class:`~simulator.errors.BadInput` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import BadInput

if TYPE_CHECKING:
    from .state import Number

STATUSES = ("sent", "delivered", "read", "played")
SHAPES = ("changes", "value", "entries")
WINDOWS = ("async", "sync", "off")


def _number(low: float, high: float, integer: bool = True, null: bool = False) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if value is None and null:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise BadInput(name, f"{value!r} is not a number from {low} to {high}", "Send a number in that range.")
        return int(value) if integer else float(value)
    return check


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadInput(name, f"{value!r} is not true or false", "Send a JSON boolean.")
    return value


def _choice(*values) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if value not in values:
            raise BadInput(name, f"{value!r} is not known", f"Use one of: {', '.join(values)}.")
        return value
    return check


def _window(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "async" if value else "off"
    return _choice(*WINDOWS)(name, value)


def _statuses(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or any(status not in STATUSES for status in value):
        raise BadInput(name, f"{value!r} is not a list of statuses", f"Send a list of: {', '.join(STATUSES)}.")
    return list(value)


def _copies(name: str, value: Any) -> float:
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    return _number(0, 100, integer=False)(name, value)


def _throughput(name: str, value: Any) -> Any:
    """A limit for all numbers, or ``{"<phone number id>": limit}``; null or 0 means unlimited."""
    if isinstance(value, dict):
        return {str(k): _number(0, 1e6, null=True)(f"{name}.{k}", v) for k, v in value.items()}
    return _number(0, 1e6, null=True)(name, value)


#: name -> (default, check)
ROOT = {
    "latency_ms": (0, _number(0, 600_000)),
    "latency_jitter_ms": (0, _number(0, 600_000)),
    "throughput": (80, _throughput),
    "pair_limit": (True, _flag),
    "window": ("async", _window),
    "check_token": (True, _flag),
    "template_approval_ms": (2000, _number(0, 86_400_000)),
    "template_outcome": ("APPROVED", _choice("APPROVED", "REJECTED", "PENDING")),
    "verified_business": (True, _flag),
    "show_bsuid": (True, _flag),
}
SECTIONS = {
    "webhook": {
        "enabled": (True, _flag),
        "delay_ms": (0, _number(0, 600_000)),
        "status_delay_ms": (150, _number(0, 600_000)),
        "statuses": (["sent", "delivered", "read"], _statuses),
        "batch": (1, _number(1, 1000)),
        "batch_wait_ms": (20, _number(0, 60_000)),
        "shape": ("changes", _choice(*SHAPES)),
        "duplicate": (0.0, _copies),
        "reorder": (False, _flag),
        "reorder_ms": (500, _number(1, 600_000)),
        "retry": (True, _flag),
        "retry_ms": (1000, _number(1, 3_600_000)),
        "retry_max_ms": (60_000, _number(1, 86_400_000)),
        "retry_for_s": (7 * 86_400, _number(0, 7 * 86_400)),
        "timeout_ms": (10_000, _number(10, 600_000)),
        "concurrency": (10, _number(1, 500)),
    },
    "media": {
        "url_life_s": (300, _number(0, 86_400)),
        "fetch_links": (False, _flag),
        "max_stored": (2000, _number(1, 1_000_000)),
    },
    "record": {
        "requests": (20_000, _number(0, 5_000_000)),
        "deliveries": (20_000, _number(0, 5_000_000)),
        "bodies": (True, _flag),
        "messages": (100_000, _number(100, 5_000_000)),
    },
}


class Section:
    """A bag of checked values."""

    def __init__(self, spec: dict) -> None:
        for name, (default, _check) in spec.items():
            setattr(self, name, list(default) if isinstance(default, list) else default)

    def as_dict(self, spec: dict) -> dict:
        return {name: getattr(self, name) for name in spec}


class Config(Section):
    """All settings, with the sections ``webhook``, ``media`` and ``record`` as attributes."""

    def __init__(self) -> None:
        super().__init__(ROOT)
        for name, spec in SECTIONS.items():
            setattr(self, name, Section(spec))

    def dump(self) -> dict:
        """The whole configuration as JSON-able dict."""
        result = self.as_dict(ROOT)
        for name, spec in SECTIONS.items():
            result[name] = getattr(self, name).as_dict(spec)
        return result

    def update(self, values: dict) -> None:
        """Apply a partial configuration, all or nothing.

        :raises BadInput: unknown name or wrong value; the message names the field by its path.
        """
        if not isinstance(values, dict):
            raise BadInput("(body)", "is not a JSON object", 'Send for example {"latency_ms": 100}.')
        changes = []
        for name, value in values.items():
            if name in SECTIONS:
                section, spec = getattr(self, name), SECTIONS[name]
                if not isinstance(value, dict):
                    raise BadInput(name, "is not a JSON object", f"Its names are: {', '.join(spec)}.")
                for key, inner in value.items():
                    changes.append((section, key, self._check(spec, key, f"{name}.{key}", inner)))
            else:
                changes.append((self, name, self._check(ROOT, name, name, value)))
        for target, name, value in changes:
            setattr(target, name, value)

    @staticmethod
    def _check(spec: dict, key: str, path: str, value: Any) -> Any:
        if key not in spec:
            known = [*spec, *SECTIONS] if spec is ROOT else list(spec)
            raise BadInput(path, "is not a known setting", f"Known here: {', '.join(known)}.")
        return spec[key][1](path, value)

    def throughput_of(self, number: Number) -> int | None:
        """Messages per second that a number may send; 0 or None is unlimited."""
        if isinstance(self.throughput, dict):
            return self.throughput.get(number.id, number.throughput if number.throughput is not None else 80)
        return self.throughput if number.throughput is None else number.throughput
