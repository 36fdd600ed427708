"""What a person sees: the bills of each organisation, with their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from ._store import Record, Store, StoredFile
from ._wire import Reply

_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_SHOWN_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/bmp"})

_BILL_HEADS = ("Vendor", "Number", "Date", "Due", "Total", "Status", "Files")
_CREDIT_HEADS = ("Vendor", "Number", "Date", "Total", "Status", "Files")
_EXPENSE_HEADS = ("Account", "Reference", "Date", "Total", "Status", "Files")
_LINE_HEADS = ("Description", "Account", "Tax", "Quantity", "Rate", "Amount")
_SUM_HEADS = ("Sum", "Amount")

STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1d2430, #e6e9ef); --soft: light-dark(#5b6575,
  #9aa4b5); --line: light-dark(#dde2ea, #333b48); --page: light-dark(#f6f7f9, #14181f);
  --card: light-dark(#fff, #1b2029); --link: light-dark(#0b57b0, #8ab8ff); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1rem 4rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: 0 0 1rem; color: var(--soft); } a { color: var(--link); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .5rem .75rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
th { font-size: .85rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
.amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.status { padding: .1rem .5rem; border: 1px solid var(--line); border-radius: 1rem;
  font-size: .85rem; white-space: nowrap; }
"""


def overview(store: Store) -> Reply:
    """The first page: everything that was booked, newest first."""
    parts = ["<h1>Zoho Books sandbox</h1>", "<p>What was booked here, newest first.</p>"]
    for organization in store.records("", "organizations").values():
        key = organization["organization_id"]
        parts.append(f"<h2>{escape(organization['name'])}</h2>")
        bills = [_bill_row(store, key, bill) for bill in _newest(store, key, "bills")]
        parts.append("<h3>Bills</h3>" + _table(_BILL_HEADS, bills, empty="No bills yet."))
        credits = [_credit_row(store, key, row) for row in _newest(store, key, "vendorcredits")]
        if credits:
            parts.append("<h3>Vendor credits</h3>" + _table(_CREDIT_HEADS, credits, empty=""))
        expenses = [_expense_row(store, key, row) for row in _newest(store, key, "expenses")]
        if expenses:
            parts.append("<h3>Expenses</h3>" + _table(_EXPENSE_HEADS, expenses, empty=""))
    return _page("Zoho Books sandbox", "".join(parts))


def bill_page(store: Store, organization_id: str, bill_id: str) -> Reply | None:
    """One bill with its lines; None if there is none."""
    bill = store.records(organization_id, "bills").get(bill_id)
    if bill is None:
        return None
    lines = [
        _cells(
            [
                escape(str(line.get("description") or line.get("name") or "")),
                escape(str(line.get("account_name", ""))),
                escape(str(line.get("tax_name", ""))),
            ],
            [line.get("quantity", ""), line.get("rate", ""), line.get("item_total", "")],
        )
        for line in bill["line_items"]
    ]
    sums = [
        _cells([escape(name)], [bill.get(key, "")])
        for name, key in (
            ("Net", "sub_total"),
            ("Tax", "tax_total"),
            ("Adjustment", "adjustment"),
            ("Total", "total"),
        )
    ]
    title = f"{bill['vendor_name']}: {bill['bill_number']}"
    files = _files(store.files(organization_id, "bills", bill_id)) or "no file"
    head = (
        f'<p><a href="/">All bills</a></p><h1>{escape(title)}</h1><p>Dated {escape(bill["date"])}, '
        f"{escape(bill['currency_code'])}, {escape(bill['status'])}, {files}</p>"
    )
    heads = ("Description", "Account", "Tax", "Quantity", "Rate", "Amount")
    body = (
        head + _table(heads, lines, empty="") + "<h3>Sums</h3>" + _table(("", ""), sums, empty="")
    )
    return _page(title, body)


def file_reply(file: StoredFile) -> Reply:
    """A file as it was uploaded; only papers and pictures open in the browser."""
    shown = file.mime in _SHOWN_INLINE
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in file.name)
    headers = {
        **_SECURITY,
        "Content-Security-Policy": "sandbox",
        "Content-Type": file.mime if shown else "application/octet-stream",
        "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{name}"',
    }
    return Reply(200, file.content, headers)


def style() -> Reply:
    """The style sheet."""
    return Reply(200, STYLE.encode(), {**_SECURITY, "Content-Type": "text/css; charset=utf-8"})


def _newest(store: Store, organization_id: str, module: str) -> Iterable[Record]:
    return reversed(list(store.records(organization_id, module).values()))


def _bill_row(store: Store, organization_id: str, bill: Record) -> str:
    link = f"/bills/{organization_id}/{bill['bill_id']}"
    number = f'<a href="{escape(link)}">{escape(str(bill["bill_number"]))}</a>'
    return _row(
        store,
        organization_id,
        "bills",
        bill,
        bill["bill_id"],
        [escape(bill["vendor_name"]), number, escape(bill["date"]), escape(bill["due_date"])],
    )


def _credit_row(store: Store, organization_id: str, credit: Record) -> str:
    words = [credit["vendor_name"], credit["vendor_credit_number"], credit["date"]]
    return _row(
        store,
        organization_id,
        "vendorcredits",
        credit,
        credit["vendor_credit_id"],
        [escape(str(word)) for word in words],
    )


def _expense_row(store: Store, organization_id: str, expense: Record) -> str:
    words = [expense["account_name"], expense.get("reference_number", ""), expense["date"]]
    return _row(
        store,
        organization_id,
        "expenses",
        expense,
        expense["expense_id"],
        [escape(str(word)) for word in words],
    )


def _row(
    store: Store, organization_id: str, module: str, record: Record, key: str, cells: list[str]
) -> str:
    total = f"{record['total']:.2f} {escape(record['currency_code'])}"
    status = f'<span class="status">{escape(record["status"])}</span>'
    files = _files(store.files(organization_id, module, key))
    return _cells(cells, [total], [status, files])


def _files(files: Iterable[StoredFile]) -> str:
    return ", ".join(f'<a href="/files/{escape(f.id)}">{escape(f.name)}</a>' for f in files)


def _cells(words: Iterable[str], amounts: Iterable[object], rest: Iterable[str] = ()) -> str:
    """A table row; `words` and `rest` are HTML already."""
    return (
        "".join(f"<td>{word}</td>" for word in words)
        + "".join(f'<td class="amount">{escape(str(value))}</td>' for value in amounts)
        + "".join(f"<td>{word}</td>" for word in rest)
    )


def _table(heads: Iterable[str], rows: list[str], *, empty: str) -> str:
    if not rows:
        return f"<p>{escape(empty)}</p>"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _page(title: str, body: str) -> Reply:
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        f'<link rel="stylesheet" href="/style.css"></head><body><main>{body}</main></body></html>'
    )
    headers: Mapping[str, str] = {**_SECURITY, "Content-Type": "text/html; charset=utf-8"}
    return Reply(200, page.encode(), headers)
