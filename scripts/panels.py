"""What the Grafana boards show: operations, business, technical, rollout."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: its title, what it means, (legend, expression) pairs and a Grafana unit."""

    title: str
    text: str
    queries: Sequence[tuple[str, str]]
    unit: str = "short"
    number: bool = False  # a single figure instead of lines


@dataclass(frozen=True, slots=True)
class Board:
    """One page of panels."""

    name: str
    title: str
    panels: Sequence[Panel]


def figure(title: str, text: str, expression: str, unit: str = "short") -> Panel:
    """A single figure."""
    return Panel(title, text, [("", expression)], unit, number=True)


def lines(title: str, text: str, legend: str, expression: str, unit: str = "short") -> Panel:
    """A line for each value of the labels in the legend."""
    return Panel(title, text, [(legend, expression)], unit)


def by(labels: str, metric: str, *, every: str = "5m", times: int = 1, top: int = 0) -> str:
    """How often a counter rose: a second over some minutes, or all in all over hours and days."""
    fast = every.endswith("m")
    summed = f"sum by ({labels}) ({'rate' if fast else 'increase'}({metric}[{every}]))"
    summed += f" * {times}" if times > 1 else ""
    return f"topk({top}, {summed})" if top else summed


_UNFINISHED = "received|processing|in_review|approved|posting|failed"
_CANDIDATES = 'zohodocs_flag_answers_total{arm="candidate"}'
_SHARE_OF_CANDIDATES = (
    f"{by('flag', _CANDIDATES, every='1h')} / "
    f"{by('flag', 'zohodocs_flag_answers_total', every='1h')}"
)

OPERATIONS = Board(
    "operations",
    "ZohoDocs · operations",
    [
        figure("Service", "1 = answers.", 'min(up{job="zohodocs"})'),
        figure(
            "Oldest unread document",
            "Alert: 15 minutes.",
            'max(zohodocs_oldest_document_seconds{state=~"received|processing"})',
            "s",
        ),
        figure(
            "Postings unknown",
            "Nobody knows whether Zoho took them. Alert: 30 minutes.",
            'zohodocs_postings{state="unknown"}',
        ),
        lines("Waiting jobs", "By queue.", "{{queue}}", "zohodocs_queue_depth"),
        lines(
            "Oldest job",
            "By queue. Alert: 10 minutes.",
            "{{queue}}",
            "zohodocs_queue_oldest_seconds",
            "s",
        ),
        lines("Workers", "By queue. Alert: none.", "{{queue}}", "zohodocs_workers"),
        lines(
            "Unfinished documents",
            "By state.",
            "{{state}}",
            f'zohodocs_documents{{state=~"{_UNFINISHED}"}}',
        ),
        lines(
            "Postings not confirmed",
            "By state.",
            "{{state}}",
            'zohodocs_postings{state!~"confirmed|rejected"}',
        ),
        lines(
            "Ways into Zoho Books",
            "Companies by state of their connection.",
            "{{state}}",
            "zohodocs_connections",
        ),
        lines(
            "Calls left to Zoho",
            "Where it is least. Alert: 300 of the day.",
            "{{window}}",
            "zohodocs_zoho_budget_left",
        ),
        lines("Breakers", "0 closed, 1 half-open, 2 open.", "{{name}}", "zohodocs_breaker_state"),
        lines(
            "New access from Zoho",
            "An hour, by outcome.",
            "{{outcome}}",
            by("outcome", "zohodocs_token_refreshes_total", every="1h"),
        ),
        figure(
            "Ledger difference",
            "Files that cannot be accounted for.",
            "zohodocs_ledger_difference",
        ),
        figure("Audit trail", "1 = altered.", "zohodocs_audit_broken"),
        figure(
            "Since the last backup",
            "Alert: 26 hours.",
            'zohodocs_operation_age_seconds{operation="backup"}',
            "s",
        ),
        figure("Size of the last backup", "", "zohodocs_backup_bytes", "bytes"),
        lines(
            "Since audit walk, census and orphan files",
            "Alerts: 50 hours, 10 minutes, 50 hours.",
            "{{operation}}",
            'zohodocs_operation_age_seconds{operation!="backup"}',
            "s",
        ),
    ],
)
BUSINESS = Board(
    "business",
    "ZohoDocs · business",
    [
        figure("Documents an hour", "Accepted files.", "zohodocs:documents:per_hour"),
        figure(
            "Straight through",
            "Posted in 30 days without a person.",
            "zohodocs:posted:straight_share_month",
            "percentunit",
        ),
        figure(
            "Corrected",
            "Posted in 30 days after a person changed a value.",
            "zohodocs:posted:corrected_share_month",
            "percentunit",
        ),
        figure(
            "Hours saved in 30 days",
            "Minutes by hand for each posted document, less what people had documents open.",
            'zohodocs_hours_saved{window="month"}',
        ),
        figure(
            "Minutes to type a bill by hand",
            "The assumption behind it (MINUTES_BY_HAND).",
            "zohodocs_minutes_by_hand",
        ),
        figure(
            "Wrong at most",
            "Of what no person saw before it was posted, by the spot checks, sure at 95 %.",
            "zohodocs_unseen_wrong_share_at_most",
            "percentunit",
        ),
        lines(
            "Spot checks",
            "What people found who looked afterwards.",
            "{{answer}}",
            "zohodocs_spot_checks",
        ),
        figure("Posted in a day", "", 'sum(zohodocs_posted_documents{window="day"})'),
        lines(
            "How they came into Zoho",
            "Last day, by way.",
            "{{way}}",
            'zohodocs_posted_documents{window="day"}',
        ),
        lines(
            "Arrivals an hour",
            "By channel and result.",
            "{{channel}} {{result}}",
            by("channel, result", "zohodocs_arrivals_total", every="1h"),
        ),
        lines(
            "Decisions of people an hour",
            "By outcome.",
            "{{outcome}}",
            by("outcome", "zohodocs_reviews_total", every="1h"),
        ),
        lines(
            "Why people were asked",
            "The ten most frequent reasons of a day.",
            "{{reason}}",
            by("reason", "zohodocs_reviews_total", every="1d", top=10),
        ),
        lines(
            "What people correct",
            "The ten most corrected fields of a day.",
            "{{field}}",
            by("field", "zohodocs_fields_corrected_total", every="1d", top=10),
        ),
        Panel(
            "Waiting for a person",
            "Documents, and the age of the oldest.",
            [
                ("documents", 'zohodocs_documents{state="in_review"}'),
                ("hours", 'zohodocs_oldest_document_seconds{state="in_review"} / 3600'),
            ],
        ),
    ],
)
TECHNICAL = Board(
    "technical",
    "ZohoDocs · technical",
    [
        lines(
            "Stages, slowest twentieth",
            "Seconds by stage.",
            "{{stage}}",
            "zohodocs:stage_seconds:p95_10m",
            "s",
        ),
        lines(
            "Stages, middle",
            "Seconds by stage.",
            "{{stage}}",
            f"histogram_quantile(0.5, {by('stage, le', 'zohodocs_stage_seconds_bucket')})",
            "s",
        ),
        lines(
            "Documents a second",
            "Passages of the stage read.",
            "{{stage}}",
            by("stage", 'zohodocs_stage_seconds_count{stage="read"}'),
        ),
        lines(
            "Calls to Zoho a minute",
            "By outcome.",
            "{{outcome}}",
            by("outcome", "zohodocs_zoho_calls_total", times=60),
        ),
        lines(
            "Calls to Zoho by address",
            "A minute.",
            "{{endpoint}}",
            by("endpoint", "zohodocs_zoho_calls_total", times=60),
        ),
        lines(
            "Index of contacts",
            "Look-ups a minute by outcome.",
            "{{outcome}}",
            by("outcome", "zohodocs_contact_lookups_total", times=60),
        ),
        lines(
            "Pages, slowest twentieth",
            "Alert: one second.",
            "p95",
            "zohodocs:pages:p95_5m",
            "s",
        ),
        lines(
            "Pages by status",
            "A second.",
            "{{status}}",
            by("status", "django_http_responses_total_by_status_total"),
        ),
        figure(
            "Pages that fail",
            "Alert: 2 %.",
            "zohodocs:pages:failed_share5m",
            "percentunit",
        ),
        lines(
            "Language model",
            "Questions a minute by outcome.",
            "{{outcome}}",
            by("outcome", "zohodocs_llm_seconds_count", times=60),
        ),
        lines(
            "Tokens of the language model",
            "A minute by kind.",
            "{{kind}}",
            by("kind", "zohodocs_llm_tokens_total", times=60),
        ),
        figure("Cost of the language model", "A day.", "increase(zohodocs_llm_cost_total[1d])"),
    ],
)
ROLLOUT = Board(
    "rollout",
    "ZohoDocs · rollout",
    [
        lines(
            "Documents by arm",
            "An hour, by flag and arm.",
            "{{flag}} {{arm}}",
            by("flag, arm", "zohodocs_flag_answers_total", every="1h"),
        ),
        lines(
            "Share of the new way",
            "By flag, an hour.",
            "{{flag}}",
            _SHARE_OF_CANDIDATES,
            "percentunit",
        ),
        lines(
            "Differences in shadow",
            "An hour, by flag.",
            "{{flag}}",
            by("flag", "zohodocs_shadow_differences_total", every="1h"),
        ),
        lines(
            "Where they differ",
            "A day, by flag and field.",
            "{{flag}} {{field}}",
            by("flag, field", "zohodocs_shadow_differences_total", every="1d", top=10),
        ),
        lines(
            "Turned back",
            "Rollbacks of a day, by flag.",
            "{{flag}}",
            by("flag", "zohodocs_rollbacks_total", every="1d"),
        ),
        lines(
            "Refused by Zoho",
            "Calls an hour that Zoho refused: what a bad release shows first.",
            "{{outcome}}",
            by("outcome", 'zohodocs_zoho_calls_total{outcome=~"refused|duplicate"}', every="1h"),
        ),
    ],
)
BOARDS = (OPERATIONS, BUSINESS, TECHNICAL, ROLLOUT)
