"""Which processes make up the service."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from zohodocs.operations import metric_files, services


@pytest.fixture
def site(tmp_path: Path) -> services.Site:
    return services.Site(data_dir=tmp_path, port=8000, workers=3, allowed_hosts=["localhost"])


def test_every_queue_has_its_workers_and_each_works_on_one(site: services.Site) -> None:
    commands = [service.command for service in services.parts(site)]
    queues = [command[3:-2] for command in commands if command[2] == "rqworker"]

    assert sorted(queues) == [
        ("pipeline",),
        ("pipeline",),
        ("pipeline",),
        ("sequential",),
        ("shadow",),
        ("sync",),
    ]
    assert {queue for (queue,) in queues} == set(settings.QUEUES)


def test_only_what_is_tried_yields_to_all_others(site: services.Site) -> None:
    plan = [*services.preparation(site), *services.parts(site)]

    assert {service.name for service in plan if service.nice} == {"shadow"}


def test_no_two_processes_count_in_one_place(site: services.Site) -> None:
    places = [service.environment.get(metric_files.PLACE) for service in services.parts(site)]
    taken = [place for place in places if place]

    assert len(taken) == len(set(taken)) == 8
    # prometheus-client splits its file names there.
    assert not any("_" in place for place in taken)


def test_every_process_of_ours_is_a_command_that_exists(site: services.Site) -> None:
    plan = [*services.preparation(site), *services.parts(site)]
    ours = {service.command[2] for service in plan if service.command[1].endswith("manage.py")}

    assert ours == {"backup", "migrate", "collectstatic", "rqworker", "sweep", "scheduler"}
    assert ours <= set(get_commands())


def test_a_part_can_be_run_alone(site: services.Site) -> None:
    assert [service.name for service in services.parts(site, "sync")] == ["sync"]
    assert [service.name for service in services.parts(site, "web")] == ["web"]


def test_what_prepares_ends_before_anything_serves(site: services.Site) -> None:
    assert all(service.once for service in services.preparation(site))
    assert not any(service.once for service in services.parts(site))
