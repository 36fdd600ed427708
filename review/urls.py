"""Addresses of the review desk."""

from django.urls import path

from . import views

app_name = "review"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("count/", views.count, name="count"),
    path("team/", views.team, name="team"),
    path("undo/<uuid:code>/", views.undo, name="undo"),
    path("reopen/<uuid:code>/", views.reopen, name="reopen"),
    path("<uuid:code>/", views.item, name="item"),
    path("<uuid:code>/paper/", views.item, {"part": "paper"}, name="paper"),
    path("<uuid:code>/vendors/", views.item, {"part": "vendors"}, name="vendors"),
    path("<uuid:code>/correct/", views.correct, name="correct"),
    path("<uuid:code>/vendor/", views.vendor, name="vendor"),
    path("<uuid:code>/account/", views.account, name="account"),
    path("<uuid:code>/lines/", views.lines, name="lines"),
    path("<uuid:code>/accept/", views.accept, name="accept"),
    path("<uuid:code>/decide/", views.decide, name="decide"),
    path("<uuid:code>/accept-entry/", views.accept_entry, name="accept_entry"),
    path("posting/<uuid:code>/hold/", views.posting, {"verb": "hold"}, name="hold"),
    path("posting/<uuid:code>/release/", views.posting, {"verb": "release"}, name="release"),
    path("posting/<uuid:code>/retry/", views.posting, {"verb": "retry"}, name="retry"),
    path("posting/<uuid:code>/adopt/", views.posting, {"verb": "adopt"}, name="adopt"),
    path("posting/<uuid:code>/propose/", views.posting, {"verb": "propose"}, name="propose"),
    path("change/<uuid:code>/confirm/", views.amendment, {"verb": "confirm"}, name="confirm"),
    path("change/<uuid:code>/withdraw/", views.amendment, {"verb": "withdraw"}, name="withdraw"),
    path("<uuid:code>/claim/", views.keep, name="claim"),
    path("<uuid:code>/claim/leave/", views.let_go, name="let_go"),
    path("<uuid:code>/claim/take-over/", views.take_over, name="take_over"),
    path("<uuid:code>/again/", views.again, name="again"),
]
