"""`rules import FILE --organization CODE`: keyword lists become ordered rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.db.models import Max

from zohodocs.models import Account, AuditEvent, Rule
from zohodocs.pipeline import keyword_rules

from ._arguments import PlainCommand, organization_of


class Command(PlainCommand):
    """Import `category_keywords.json`."""

    help = (
        'Import {"category": ["keyword", ...]} as rules behind those there are. A category that '
        "bears an account's name is booked there; the others wait for an account in the admin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """`import`, the file and the company."""
        parser.add_argument("verb", choices=["import"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Add one rule a category; a category imported before gets its new keywords."""
        organization = organization_of(options["organization"])
        try:
            facts = keyword_rules.parse(options["file"].read_bytes())
        except (OSError, keyword_rules.KeywordFileRefused) as error:
            raise CommandError(f"{options['file']}: {error}", returncode=2) from error
        accounts = {
            row.name.casefold(): row
            for row in Account.objects.for_organization(organization).filter(active=True)
        }
        own = Rule.objects.for_organization(organization)
        with transaction.atomic():
            position = own.aggregate(last=Max("position"))["last"] or 0
            for number, fact in enumerate(facts, start=1):
                imported = own.filter(
                    category=fact.category,
                    vendor_name="",
                    line_text="",
                    delivery_address="",
                    amount_from=None,
                    amount_to=None,
                ).order_by("position", "pk")
                rule = imported.first() or Rule(
                    organization=organization,
                    category=fact.category,
                    position=position + number,
                    account=accounts.get(fact.category.casefold()),
                )
                rule.keywords, rule.name = list(fact.keywords), fact.name
                rule.save()
            AuditEvent.record(
                "rules.imported",
                actor="command line",
                organization=organization,
                data={"categories": len(facts)},
            )
        waiting = own.filter(account__isnull=True).exclude(category="").count()
        self.stdout.write(
            f"{len(facts)} categories imported; {waiting} still need an account (admin, Rules)."
        )
