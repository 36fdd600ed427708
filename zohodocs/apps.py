"""The data app."""

from django.apps import AppConfig
from django.core.checks import register


class ZohoDocsConfig(AppConfig):
    """Rows, pipeline, posting, operations."""

    name = "zohodocs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """One chain for all logs; calls to the outside are counted, log-ins written down."""
        # Not at the top: they need the models.
        from zohodocs import clients, metrics, telemetry
        from zohodocs.operations import advice, log_ins
        from zohodocs.pipeline.extraction import llm

        register(advice.what_is_missing, deploy=True)
        telemetry.configure()
        clients.on_zoho_call(metrics.count_zoho_call)
        clients.on_token_refresh(metrics.count_token_refresh)
        llm.on_call(metrics.count_llm_call)
        log_ins.write_down()
