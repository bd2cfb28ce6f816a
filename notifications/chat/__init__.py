"""Posts to the chats that partnerships use. They are messages of the outbox like any mail, on another channel.

``connection`` is the only code that opens a connection to an address somebody typed; ``addresses`` says which addresses
it may be. What is worth a post is declared in ``events`` by the apps above.
"""
