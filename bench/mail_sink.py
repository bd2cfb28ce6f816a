"""A mail server that takes everything, keeps a count only, and costs little: a process of its own, ``PORT`` printed."""

import asyncio
import sys

GREETING, TAKEN, GO_ON, DONE = b"220 sink\r\n", b"250 ok\r\n", b"354 go on\r\n", b"221 bye\r\n"
LONGEST = 2**20


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(GREETING)
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(GO_ON)
            await writer.drain()
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(TAKEN)
        elif verb == b"QUIT":
            writer.write(DONE)
            break
        else:
            writer.write(TAKEN)
        await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(_talk, "127.0.0.1", 0, limit=LONGEST)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
