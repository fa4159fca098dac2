"""A mailbox that speaks as much IMAP4rev1 (RFC 3501) as a reader needs: over TCP, in threads, in memory."""

import base64
import re
import socketserver
import threading
from dataclasses import dataclass, field


@dataclass
class StoredLetter:
    raw: bytes
    flags: set[str] = field(default_factory=set)


class Mailbox:
    """`with Mailbox() as box:` then `box.url`; `box.put(raw)`; `box.letters` by uid.

    `box.signed_in_by` is what XOAUTH2 was told.
    `box.hang_up_before` is a command ("STORE") at which the line is cut once.
    """

    def __init__(self):
        self.letters: dict[int, StoredLetter] = {}
        self.hang_up_before = ""
        self.signed_in_by = ""
        self.most_sent = 0
        mailbox = self

        class Line(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b"* OK ready\r\n")
                while line := self.rfile.readline():
                    tag, _space, words = line.decode().strip().partition(" ")
                    if not mailbox.answer(self, tag, words):
                        return

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line)
        self.server.daemon_threads = True

    def __enter__(self) -> "Mailbox":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"imap://destek:parola@127.0.0.1:{self.server.server_address[1]}/INBOX"

    def put(self, raw: bytes) -> int:
        uid = max(self.letters, default=0) + 1
        self.letters[uid] = StoredLetter(raw)
        return uid

    def unseen(self) -> list[int]:
        return [uid for uid, letter in self.letters.items() if r"\Seen" not in letter.flags]

    def answer(self, line, tag: str, words: str) -> bool:
        """Answer one command; False when the line is to be cut."""
        command = words.upper().removeprefix("UID ").split(" ")[0]
        if self.hang_up_before and command == self.hang_up_before:
            self.hang_up_before = ""
            return False
        if command == "AUTHENTICATE":
            line.wfile.write(b"+ \r\n")
            self.signed_in_by = base64.b64decode(line.rfile.readline()).decode()
        untagged = getattr(self, f"on_{command.lower()}", lambda words: b"")(words)
        self.most_sent = max(self.most_sent, len(untagged))
        line.wfile.write(untagged + f"{tag} OK {command} done\r\n".encode())
        return command != "LOGOUT"

    def on_capability(self, words: str) -> bytes:
        return b"* CAPABILITY IMAP4rev1\r\n"

    def on_logout(self, words: str) -> bytes:
        return b"* BYE until next time\r\n"

    def on_select(self, words: str) -> bytes:
        return f"* {len(self.letters)} EXISTS\r\n* OK [UIDVALIDITY 1] fine\r\n".encode()

    def on_search(self, words: str) -> bytes:
        return f"* SEARCH {' '.join(map(str, self.unseen()))}\r\n".encode()

    def on_fetch(self, words: str) -> bytes:
        uid = int(words.split()[2])
        letter = self.letters[uid]
        part = re.search(r"BODY(?:\.PEEK)?\[\](?:<0\.(\d+)>)?", words)
        if not part:
            return f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(letter.raw)})\r\n".encode()
        sent = letter.raw[: int(part[1])] if part[1] else letter.raw
        name = "BODY[]<0>" if part[1] else "BODY[]"
        flags = " ".join(sorted(letter.flags))
        return f"* {uid} FETCH (UID {uid} FLAGS ({flags}) {name} {{{len(sent)}}}\r\n".encode() + sent + b")\r\n"

    def on_store(self, words: str) -> bytes:
        uid = int(words.split()[2])
        self.letters[uid].flags |= set(re.findall(r"\\\w+", words))
        return f"* {uid} FETCH (UID {uid} FLAGS ({' '.join(self.letters[uid].flags)}))\r\n".encode()
