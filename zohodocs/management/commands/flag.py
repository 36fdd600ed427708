"""`flag list | show | set | confirm | off | stage | ramp | evidence | repair`: the rollout."""

from __future__ import annotations

import getpass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from zohodocs.access import admins
from zohodocs.models import Flag, FlagMode, Organization, Ramp, Rollback
from zohodocs.operations import repairing, rollouts
from zohodocs.rollout import changes, flags, ramps
from zohodocs.rollout.changes import Proposal
from zohodocs.rollout.definitions import STAGES

from ._arguments import PlainCommand, organization_of


class Command(PlainCommand):
    """Look at and set feature flags."""

    help = "List, show and set feature flags; a change says why and is audited."

    def add_arguments(self, parser: CommandParser) -> None:
        """`list`, `show`, `set`."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every flag")
        show = verbs.add_parser("show", help="one flag")
        show.add_argument("name")
        change = verbs.add_parser("set", help="change a flag")
        change.add_argument("name")
        change.add_argument("--mode", required=True, choices=FlagMode.values)
        change.add_argument("--percent")
        change.add_argument("--organization")
        change.add_argument("--why", required=True)
        yes = verbs.add_parser("confirm", help="the second person's yes to what was proposed")
        yes.add_argument("name")
        yes.add_argument("--proposal", type=int, required=True, help="its number in `flag show`")
        yes.add_argument("--organization")
        back = verbs.add_parser("off", help="back to the old way; lists what the new one had")
        back.add_argument("name")
        back.add_argument("--why", required=True)
        stage = verbs.add_parser("stage", help=f"turn a stage back: {', '.join(STAGES)}")
        stage.add_argument("stage", choices=list(STAGES))
        stage.add_argument("--why", required=True)
        ramp = verbs.add_parser("ramp", help="start, pause, resume, abort or approve a ramp")
        ramp.add_argument("name")
        ramp.add_argument("deed", choices=["start", *ramps.DEEDS])
        ramp.add_argument("--steps", default=" ".join(ramps.USUAL_STEPS))
        ramp.add_argument("--hold-hours", default="24")
        ramp.add_argument("--min-sample", type=int, default=200)
        ramp.add_argument("--dry-run", action="store_true")
        ramp.add_argument("--why", required=True)
        proof = verbs.add_parser("evidence", help="what the figures say about a flag")
        proof.add_argument("name")
        repair = verbs.add_parser("repair", help="give what the last rollback listed to people")
        repair.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do as asked."""
        if options["verb"] == "list":
            for name in flags.DEFINITIONS:
                self._show(name)
            return
        if options["verb"] == "stage":
            options["name"] = STAGES[options["stage"]]
        if options["name"] not in flags.DEFINITIONS:
            raise CommandError(f"There is no flag “{options['name']}”.", returncode=2)
        deeds = {
            "show": lambda: self._show(options["name"]),
            "set": lambda: self._set(options),
            "confirm": lambda: self._confirm(options),
            "off": lambda: self._off(options),
            "stage": lambda: self._off(options),
            "ramp": lambda: self._ramp(options),
            "evidence": lambda: self._evidence(options["name"]),
            "repair": lambda: self._repair(options["name"]),
        }
        deeds[options["verb"]]()

    def _off(self, options: dict[str, Any]) -> None:
        """Within a second for every document that arrives from now on."""
        try:
            made = rollouts.turn_back(options["name"], by=getpass.getuser(), why=options["why"])
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        touched = made.items.count() if made else 0
        # Off already: nothing went back.
        code = str(made.code) if made else None
        self.json_line(
            {"name": options["name"], "mode": "off", "touched": touched, "rollback": code}
        )

    def _ramp(self, options: dict[str, Any]) -> None:
        name, by, why = options["name"], getpass.getuser(), options["why"]
        try:
            if options["deed"] == "start":
                ramps.start(
                    flag=name,
                    by=by,
                    why=why,
                    steps=options["steps"].split(),
                    hold_hours=Decimal(options["hold_hours"]),
                    min_sample=options["min_sample"],
                    dry_run=options["dry_run"],
                )
            else:
                found = ramps.open_ramp(name)
                if found is None:
                    raise CommandError("No ramp is under way.", returncode=2)
                ramps.DEEDS[options["deed"]](found, by=by, why=why)
        except (ramps.RampRefused, InvalidOperation, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        row = Ramp.objects.filter(flag=name).latest("pk")
        self.json_line(
            {"name": name, "ramp": row.state, "steps": row.steps, "step": row.steps[row.step]}
        )

    def _evidence(self, name: str) -> None:
        self.json_line(rollouts.evidence_of(name, now=timezone.now()).to_json())

    def _repair(self, name: str) -> None:
        made = Rollback.objects.filter(flag=name).order_by("-pk").first()
        if made is None:
            raise CommandError(f"{name} was never turned back.", returncode=2)
        self.json_line({"rollback": str(made.code), **repairing.repair(made, by=getpass.getuser())})

    def _show(self, name: str) -> None:
        definition = flags.DEFINITIONS[name]
        rows = Flag.objects.filter(name=name).select_related("organization").order_by("pk")
        settings = [
            {
                "organization": row.organization.code if row.organization else None,
                "mode": row.mode,
                "percent": f"{row.percent:.2f}",
                "arms": row.arms,
                "version": row.version,
                "changed_by": row.changed_by,
                "changed_at": row.changed_at.isoformat(),
                "why": row.why,
            }
            for row in rows
        ]
        everyone = next((row for row in settings if row["organization"] is None), None)
        self.json_line(
            {
                "name": name,
                "mode": everyone["mode"] if everyone else "off",
                "percent": everyone["percent"] if everyone else "0.00",
                "control": definition.control,
                "candidate": definition.candidate,
                "settings": settings,
                "proposals": [_waiting(each) for each in changes.waiting(name)],
            }
        )

    def _set(self, options: dict[str, Any]) -> None:
        raw = options["percent"]
        try:
            percent = Decimal(raw) if raw is not None else None
        except InvalidOperation:
            raise CommandError(f"“{raw}” is not a percentage.", returncode=2) from None
        mode, whom = FlagMode(options["mode"]), _whom(options)
        try:
            made = self._changed(options["name"], mode, percent, whom, options["why"])
        except (flags.UnknownFlag, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        self._show(options["name"])
        if isinstance(made, Proposal):
            raise CommandError(
                "Proposed, not changed: above ROLLOUT_ALONE_UP_TO a second person confirms, on the "
                f"Rollout page or by `flag confirm {made.flag} --proposal {made.event}`.",
                returncode=1,
            )

    def _changed(
        self,
        name: str,
        mode: FlagMode,
        percent: Decimal | None,
        organization: Organization | None,
        why: str,
    ) -> Flag | Proposal:
        by = getpass.getuser()
        if admins().exclude(username=by).exists():
            return changes.change(name, mode, percent, by=by, why=why, organization=organization)
        # Nobody could ever confirm: before the first admin there is, this is how it is set up.
        return flags.set_flag(
            name=name,
            mode=mode,
            percent=percent,
            organization=organization,
            arms=changes.arms_in_force(name, organization),
            why=why,
            by=by,
        )

    def _confirm(self, options: dict[str, Any]) -> None:
        whom = _whom(options)
        try:
            changes.confirm(
                options["name"], event=options["proposal"], by=getpass.getuser(), organization=whom
            )
        except (changes.ChangeRefused, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        self._show(options["name"])


def _waiting(waits: Proposal) -> dict[str, Any]:
    return {
        "proposal": waits.event,
        "organization": waits.organization.code if waits.organization else None,
        "mode": waits.mode.value,
        "percent": f"{waits.percent:.2f}",
        "arms": dict(waits.arms),
        "by": waits.by,
        "why": waits.why,
    }


def _whom(options: dict[str, Any]) -> Organization | None:
    code = options["organization"]
    return organization_of(code) if code else None
