"""Outgoing messages with items of a catalogue: one item, a choice of items, the whole catalogue.

Source: Meta, "Interactive messages": single product, multi-product, catalog. Import these from `outbound`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .outbound_basic import (
    MAX_FOOTER,
    MAX_HEADER,
    MAX_INTERACTIVE_BODY,
    MAX_SECTION_TITLE,
    MAX_SECTIONS,
    InvalidContent,
    check_text,
)
from .outbound_interactive import interactive_frame
from .values import one_line
from .words import _

MAX_ITEMS = 30
MAX_RETAILER_ID = 100


def _check_catalog(catalog_id: str | None) -> None:
    if not (catalog_id or "").strip():
        raise InvalidContent("catalog_id", _("The catalogue is not known."), _("Enter its ID in the settings of the account."))


@dataclass(frozen=True, slots=True)
class Product:
    """One item of a catalogue; ``retailer_id`` is what the catalogue calls content ID, such as an internal reference."""

    catalog_id: str
    retailer_id: str
    body: str | None = None
    footer: str | None = None

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        _check_catalog(self.catalog_id)
        check_text("retailer_id", _("content ID of the item"), self.retailer_id, MAX_RETAILER_ID)
        check_text("body", _("message"), self.body, MAX_INTERACTIVE_BODY, required=False)
        check_text("footer", _("footer"), self.footer, MAX_FOOTER, required=False)

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        action = {"catalog_id": self.catalog_id, "product_retailer_id": self.retailer_id}
        return interactive_frame("product", None, self.body, self.footer, action)

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(f"🛍 {self.body or self.retailer_id}")


@dataclass(frozen=True, slots=True)
class ProductSection:
    """A group of items; the title is needed as soon as there is a second group."""

    title: str
    retailer_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class ProductList:
    """Up to thirty items of a catalogue, in sections."""

    catalog_id: str
    header: str
    body: str
    sections: Sequence[ProductSection]
    footer: str | None = None

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        _check_catalog(self.catalog_id)
        check_text("header", _("header"), self.header, MAX_HEADER)
        check_text("body", _("message"), self.body, MAX_INTERACTIVE_BODY)
        check_text("footer", _("footer"), self.footer, MAX_FOOTER, required=False)
        count = sum(len(section.retailer_ids) for section in self.sections)
        if not 1 <= len(self.sections) <= MAX_SECTIONS or not 1 <= count <= MAX_ITEMS:
            raise InvalidContent(
                "sections",
                _("A choice of items has 1 to %(sections)s sections and 1 to %(items)s items in all; this one has %(own_sections)s "
                  "and %(own_items)s."),
                _("Offer fewer items."),
                sections=MAX_SECTIONS, items=MAX_ITEMS, own_sections=len(self.sections), own_items=count)
        for section in self.sections:
            check_text("sections", _("section's title"), section.title, MAX_SECTION_TITLE, len(self.sections) > 1)
            if not section.retailer_ids:
                raise InvalidContent("sections", _("A section has no items."), _("Remove it or add items."))
            for retailer_id in section.retailer_ids:
                check_text("sections", _("content ID of an item"), retailer_id, MAX_RETAILER_ID)

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        sections = [
            {
                **({"title": section.title} if section.title else {}),
                "product_items": [{"product_retailer_id": retailer_id} for retailer_id in section.retailer_ids],
            }
            for section in self.sections
        ]
        action = {"catalog_id": self.catalog_id, "sections": sections}
        return interactive_frame("product_list", self.header, self.body, self.footer, action)

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(f"🛍 {self.body}")


@dataclass(frozen=True, slots=True)
class Catalog:
    """A button that opens the whole catalogue of the number; ``retailer_id`` is the item whose picture is shown."""

    body: str
    footer: str | None = None
    retailer_id: str | None = None

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        check_text("body", _("message"), self.body, MAX_INTERACTIVE_BODY)
        check_text("footer", _("footer"), self.footer, MAX_FOOTER, required=False)
        check_text("retailer_id", _("content ID of the item"), self.retailer_id, MAX_RETAILER_ID, required=False)

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        action: dict[str, Any] = {"name": "catalog_message"}
        if self.retailer_id:
            action["parameters"] = {"thumbnail_product_retailer_id": self.retailer_id}
        return interactive_frame("catalog_message", None, self.body, self.footer, action)

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(f"🛍 {self.body}")
