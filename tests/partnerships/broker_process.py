"""One publisher or consumer of the file broker, in a process of its own: FOLDER publish|consume NUMBER [COUNT]."""

import sys
import time
from pathlib import Path
from queue import Empty

from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["safefs"] = "partnerships.broker:Transport"


def main(folder, role, number, count=0):
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": f"{folder}-control"}
    with Connection("safefs://", transport_options=options) as connection:
        queue = connection.SimpleQueue("ticks")
        if role == "publish":
            for index in range(int(count)):
                queue.put(f"{number}-{index}")
            return
        done = Path(folder).parent / "published"
        with (Path(folder).parent / f"got-{number}").open("w") as got:
            while True:
                finished = done.exists()
                try:
                    message = queue.get(timeout=0.2)
                except Empty:
                    if finished:
                        return
                    time.sleep(0.01)
                    continue
                got.write(f"{message.payload}\n")
                message.ack()


if __name__ == "__main__":
    main(*sys.argv[1:])
