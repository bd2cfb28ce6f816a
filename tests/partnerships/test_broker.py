import shutil
import stat
import subprocess
import sys
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Exchange, Queue

from partnerships import celery  # noqa: F401 -- registers the transport

ROOT = Path(__file__).parents[2]
PROCESS = ["-m", "tests.partnerships.broker_process"]


@pytest.fixture
def connection(tmp_path):
    folder = tmp_path / "broker"
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": f"{folder}-control"}
    with Connection("safefs://", transport_options=options) as connection:
        yield connection


def start(folder, *args):
    return subprocess.Popen([sys.executable, *PROCESS, str(folder), *map(str, args)], cwd=ROOT)


@pytest.mark.chaos
def test_two_publishers_and_two_consumers_lose_nothing_and_nobody_crashes(tmp_path):
    folder = tmp_path / "broker"

    consumers = [start(folder, "consume", number) for number in range(2)]
    publishers = [start(folder, "publish", number, 2000) for number in range(2)]
    published = [process.wait(timeout=120) for process in publishers]
    (tmp_path / "published").touch()
    consumed = [process.wait(timeout=120) for process in consumers]

    got = [line for number in range(2) for line in (tmp_path / f"got-{number}").read_text().split()]
    assert (published, consumed) == ([0, 0], [0, 0])
    assert sorted(got) == sorted(f"{number}-{index}" for number in range(2) for index in range(2000))
    assert [path.name for path in folder.rglob("*") if path.is_file()] == []


def test_a_half_written_message_is_set_aside_and_the_next_one_arrives(connection, tmp_path):
    queue = connection.SimpleQueue("ticks")
    (tmp_path / "broker" / "00000000000000000001_torn.ticks.msg").write_text('{"body": "eyJ')
    queue.put("after")

    message = queue.get(timeout=5)
    message.ack()

    assert message.payload == "after"
    assert [path.name for path in (tmp_path / "broker" / "unreadable").iterdir()] == [
        "00000000000000000001_torn.ticks.msg"
    ]


def test_messages_arrive_in_order_and_only_the_owner_can_read_them(connection, tmp_path):
    queue = connection.SimpleQueue("ordered")
    for index in range(5):
        queue.put(index)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "broker").glob("*.msg")}

    got = []
    for _ in range(5):
        message = queue.get(timeout=5)
        message.ack()
        got.append(message.payload)

    assert got == [0, 1, 2, 3, 4]
    assert modes == {0o600}
    with pytest.raises(Empty):
        queue.get(timeout=0.1)


def test_an_unreadable_exchange_table_is_written_anew(connection, tmp_path):
    exchange = Exchange("news", type="fanout")
    control = Path(f"{tmp_path / 'broker'}-control")
    channel = connection.default_channel
    (control / "news.exchange").write_text('[["", "", "a')

    Queue("a", exchange)(channel).declare()
    Queue("b", exchange)(channel).declare()
    connection.Producer(channel).publish("hello", exchange=exchange)

    assert sorted(row.queue for row in channel.get_table("news")) == ["a", "b"]
    assert (channel._size("a"), channel._size("b")) == (1, 1)


def test_deleting_a_queue_forgets_its_messages_and_its_route(connection):
    exchange = Exchange("letters", type="fanout")
    channel = connection.default_channel
    queue = Queue("a", exchange)(channel)
    queue.declare()
    connection.Producer(channel).publish("hello", exchange=exchange)

    queue.delete()

    assert channel.get_table("letters") == []
    assert channel._size("a") == 0


def test_a_broker_whose_folder_was_removed_goes_on(connection, tmp_path):
    queue = connection.SimpleQueue("resilient")
    queue.put("gone")
    shutil.rmtree(tmp_path / "broker")

    queue.put("new")
    message = queue.get(timeout=5)
    message.ack()

    assert message.payload == "new"
