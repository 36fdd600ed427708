"""Write the Grafana boards: monitoring/grafana/dashboards/*.json.

    python -m scripts.boards [DIR]

Nothing is drawn by hand (the panels are in scripts/panels.py), so a renamed metric is one change.
"""

import sys
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, GridPos

from scripts.panels import BOARDS, Board, Panel

DASHBOARDS = Path(__file__).resolve().parent.parent / "monitoring" / "grafana" / "dashboards"
_SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")
_WIDTH, _HEIGHT, _PER_ROW = 8, 8, 3


def main() -> int:
    """Write every board; a file that no board stands behind goes."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else DASHBOARDS
    place.mkdir(parents=True, exist_ok=True)
    for stale in {path.stem for path in place.glob("*.json")} - {board.name for board in BOARDS}:
        (place / f"{stale}.json").unlink()
    for board in BOARDS:
        (place / f"{board.name}.json").write_text(drawn(board) + "\n")
    return 0


def drawn(board: Board) -> str:
    """The board as Grafana reads it."""
    page = (
        dashboard.Dashboard(board.title)
        .uid(f"zohodocs-{board.name}")
        .tags(["zohodocs"])
        .readonly()
        .refresh("1m")
        .time("now-24h", "now")
        .timezone("browser")
        .with_variable(dashboard.DatasourceVariable("source").label("Source").type("prometheus"))
    )
    for number, panel in enumerate(board.panels):
        row, column = divmod(number, _PER_ROW)
        place = GridPos(h=_HEIGHT, w=_WIDTH, x=column * _WIDTH, y=row * _HEIGHT)
        page = page.with_panel(_panel(panel, number + 1, place))
    return JSONEncoder(sort_keys=True, indent=2).encode(page.build())


def _panel(panel: Panel, number: int, place: GridPos) -> Any:
    builder: Any = stat.Panel() if panel.number else timeseries.Panel()
    builder = (
        builder.title(panel.title)
        .description(panel.text)
        .id(number)
        .grid_pos(place)
        .unit(panel.unit)
        .datasource(_SOURCE)
    )
    for letter, (legend, expression) in zip("ABCDEF", panel.queries, strict=False):
        query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(letter)
        builder = builder.with_target(query.datasource(_SOURCE))
    return builder


if __name__ == "__main__":
    sys.exit(main())
