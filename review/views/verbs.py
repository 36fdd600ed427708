"""POST only: correct, choose, accept, decide."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import actions, grid, queries
from review.forms import (
    AcceptForm,
    AccountForm,
    CorrectionForm,
    VendorForm,
    VerdictForm,
    VersionForm,
)
from review.parsing import NotReadable
from zohodocs.models import Account, Document, ReviewItem, Vendor
from zohodocs.web.htmx import Request

from .answering import UNDO_KEY, changed, done, drafted, follows, incomplete, refused, reload, wrong


@login_required
@require_POST
def correct(request: Request, code: UUID) -> HttpResponse:
    """Save one field: picked, clicked on the page, or typed."""
    item = queries.item_for(request.user, code)
    form = CorrectionForm(request.POST, document=item.document)
    if not form.is_valid():
        return wrong(
            request,
            item,
            form.problem(),
            field=form.cleaned_data.get("field", ""),
            typed=form.tried,
        )
    said = form.cleaned_data
    what = {"field": said["field"], "reading": said["reading"]}
    return done(request, item, said["version"], actions.correct, **what)


@login_required
@require_POST
def vendor(request: Request, code: UUID) -> HttpResponse:
    """Choose a known vendor, or have a new one made."""
    item = queries.item_for(request.user, code)
    form = VendorForm(request.POST)
    if not form.is_valid():
        return wrong(request, item, _("Choose one of the vendors."), field="vendor")
    choice, version = form.cleaned_data["vendor"], form.cleaned_data["version"]
    chosen = None
    if choice != "new":
        chosen = queries.vendors_by_code(item.document, [choice]).get(choice)
        if not isinstance(chosen, Vendor):
            return wrong(request, item, _("This vendor is not known here."), field="vendor")
    return done(request, item, version, actions.choose_vendor, vendor=chosen)


@login_required
@require_POST
def account(request: Request, code: UUID) -> HttpResponse:
    """Choose the account."""
    item = queries.item_for(request.user, code)
    form = AccountForm(request.POST)
    chosen = None
    if form.is_valid():
        chosen = (
            Account.objects.for_organization(item.organization_id)
            .filter(code=form.cleaned_data["account"])
            .first()
        )
    if not isinstance(chosen, Account):
        return wrong(request, item, _("Choose an account from the list."), field="account")
    version = form.cleaned_data["version"]
    return done(request, item, version, actions.choose_account, account=chosen)


@login_required
@require_POST
def lines(request: Request, code: UUID) -> HttpResponse:
    """Save the lines; with `do` only show what they would be: split, merged, summed, as saved."""
    item = queries.item_for(request.user, code)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return incomplete(request, item)
    if deed := request.POST.get("do", ""):
        return drafted(request, item, deed)
    try:
        read = list(grid.typed(request.POST, item.document.currency).values())
    except NotReadable as problem:
        return wrong(request, item, str(problem), field="line_items")
    return done(request, item, form.cleaned_data["version"], actions.correct_lines, lines=read)


@login_required
@require_POST
def accept(request: Request, code: UUID) -> HttpResponse:
    """Accept what a question doubts as it is; what blocks needs a reason."""
    item = queries.item_for(request.user, code)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return incomplete(request, item)
    said = form.cleaned_data
    codes = said["code"].split()
    try:
        actions.accept(
            item=item,
            by=request.user,
            version=said["version"],
            codes=codes,
            reason=said["reason"],
        )
    except actions.StaleVersion as problem:
        return refused(request, item, problem, version=said["version"])
    except actions.Refused as problem:
        return wrong(request, item, str(problem), field=codes[0], typed=said["reason"])
    return changed(request, item)


@login_required
@require_POST
def decide(request: Request, code: UUID) -> HttpResponse:
    """The verdict; then the next item."""
    item = queries.item_for(request.user, code)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return incomplete(request, item)
    said = form.cleaned_data
    try:
        message = _act(request, item, said["verdict"], form)
    except actions.Refused as problem:
        return refused(request, item, problem, version=said["version"])
    return follows(request, reload(item, request.user), message)


def _act(request: Request, item: ReviewItem, verdict: str, form: VerdictForm) -> str:
    """Do it; what to say about it."""
    by, said = request.user, form.cleaned_data
    version, reason = said["version"], said["reason"]
    name = item.document.vendor_name or item.document.filename
    if verdict == "approve":
        if actions.approve(item=item, by=by, version=version) is actions.Approval.FIRST:
            return _("%(name)s: first approval stored. Another person gives the second.") % {
                "name": name
            }
        request.session[UNDO_KEY] = str(item.document.code)
        key = request.session.get("keys", {}).get("undo", "u").upper()
        return _("%(name)s approved. %(key)s takes it back.") % {"name": name, "key": key}
    if verdict == "reject":
        actions.reject(item=item, by=by, version=version, reason=reason)
        return _("%(name)s rejected.") % {"name": name}
    if verdict == "file":
        actions.file(item=item, by=by, version=version, reason=reason)
        return _("%(name)s filed; it is never posted.") % {"name": name}
    original = Document.objects.for_user(by).filter(code=said["of"]).first() if said["of"] else None
    if not isinstance(original, Document):
        raise actions.Refused(_("Choose the document this one is a copy of."))
    actions.close_as_copy(item=item, by=by, version=version, of=original)
    return _("%(name)s closed as a copy.") % {"name": name}
