"""Addresses of the pages outside the review desk."""

from django.urls import path

from . import (
    archive,
    connection,
    crops,
    dashboard,
    export,
    files,
    health,
    metrics,
    people,
    postings,
    preferences,
    rollout,
    setup,
    upload,
)

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("rollout/", rollout.rollout, name="rollout"),
    path("rollout/<slug:flag>/", rollout.rollout, name="rollout_flag"),
    path("rollout/<slug:flag>/set/", rollout.set_mode, name="rollout_set"),
    path("rollout/<slug:flag>/off/", rollout.off_now, name="rollout_off"),
    path("rollout/<slug:flag>/proposal/<slug:verb>/", rollout.proposal, name="rollout_proposal"),
    path("rollout/<slug:flag>/ramp/", rollout.start_ramp, name="rollout_ramp"),
    path("rollout/<slug:flag>/ramp/<slug:verb>/", rollout.ramp, name="rollout_ramp_verb"),
    path("rollout/<slug:flag>/revert/<int:event>/", rollout.revert, name="rollout_revert"),
    path("rollout/<slug:flag>/ignore/", rollout.ignore, name="rollout_ignore"),
    path("rollout/<slug:flag>/matter/", rollout.matter, name="rollout_matter"),
    path("rollout/<slug:flag>/repair/<uuid:code>/", rollout.repair, name="rollout_repair"),
    path(
        "rollout/<slug:flag>/experiment/<slug:verb>/", rollout.experiment, name="rollout_experiment"
    ),
    path("setup/", setup.setup, name="setup"),
    path("setup/admin/", setup.make_admin, name="setup_admin"),
    path("setup/company/", setup.add_company, name="setup_company"),
    path("setup/rule/", setup.add_rule, name="setup_rule"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("documents/", archive.documents, name="documents"),
    path("documents/export.<slug:kind>", export.export, name="export"),
    path("documents/upload/", upload.upload, name="upload"),
    path("documents/arrivals/<uuid:code>/", upload.arrival, name="arrival"),
    path("documents/<uuid:code>/", archive.document, name="document"),
    path("documents/<uuid:code>/posting/", postings.posting, name="posting"),
    path("postings/", postings.waiting, name="postings"),
    path("documents/<uuid:code>/original/", files.original, name="original"),
    path("documents/<uuid:code>/pages/<int:number>.webp", files.page_picture, name="page_picture"),
    path(
        "documents/<uuid:code>/fields/<slug:name>.webp", crops.field_picture, name="field_picture"
    ),
    path("connection/<slug:code>/", connection.connection, name="connection"),
    path("connection/<slug:code>/client/", connection.set_client, name="connection_client"),
    path("connection/<slug:code>/code/", connection.use_code, name="connection_code"),
    path("connection/<slug:code>/consent/", connection.consent, name="connection_consent"),
    path("connection/<slug:code>/organization/", connection.choose, name="connection_choose"),
    path("connection/<slug:code>/fields/", connection.choose_fields, name="connection_fields"),
    path("connection/<slug:code>/look/", connection.look, name="connection_look"),
    path("connection/<slug:code>/refresh/", connection.refresh, name="connection_refresh"),
    path("connection/<slug:code>/history/", connection.copy_history, name="connection_history"),
    path("people/<slug:code>/", people.list_people, name="people"),
    path("people/<slug:code>/invite/", people.invite, name="people_invite"),
    path("people/<slug:code>/<int:person>/link/", people.link, name="people_link"),
    path(
        "people/<slug:code>/<int:person>/factors/",
        people.forget_factors,
        name="people_forget_factors",
    ),
    path("people/<slug:code>/<int:person>/leave/", people.leave, name="people_leave"),
    # One address for all companies, because it is registered at Zoho.
    path("oauth/zoho/", connection.consented, name="connection_consented"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", metrics.metrics_page, name="metrics"),
]
