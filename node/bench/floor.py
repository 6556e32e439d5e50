"""The raw limit, of bare libraries on one thread: floor.py RECORDS cryptography|PyNaCl FOLDER."""
import hashlib, json, os, sqlite3, sys, time  # noqa: E401, I001  # at most 40 lines in all
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey as Key
from msgpack import packb, unpackb
COUNT, FOLDER, WIRES, PAYLOAD = int(sys.argv[1]), sys.argv[3], list[bytes](), os.urandom(255)
KEYS = {key.public_key().public_bytes_raw(): key for key in [Key.generate() for _ in range(100)]}
AUTHORS, PARSED = list(KEYS), {author: key.public_key() for author, key in KEYS.items()}
SECRETS = {author: key.private_bytes_raw() + author for author, key in KEYS.items()}
if sys.argv[2] == "PyNaCl":
    from nacl.bindings import crypto_sign, crypto_sign_open
    def sign(author: bytes, body: bytes) -> bytes:
        return crypto_sign(body, SECRETS[author])[:64]
    def verify(author: bytes, signature: bytes, body: bytes) -> None:
        crypto_sign_open(signature + body, author)
else:
    def sign(author: bytes, body: bytes) -> bytes:
        return KEYS[author].sign(body)
    def verify(author: bytes, signature: bytes, body: bytes) -> None:
        PARSED[author].verify(signature, body)
def make(number: int) -> tuple[bytes, bytes]:
    author, rid = AUTHORS[number % 100], os.urandom(16)
    body = packb([1, author, 1 << 30, 65001, rid, 1 << 40, 2, 0, PAYLOAD])
    WIRES.append(packb([body, sign(author, body)]))
    return hashlib.sha256(body).digest(), WIRES[number]
def take(number: int) -> tuple[bytes, bytes]:
    body, signature = unpackb(WIRES[number])
    verify(unpackb(body)[1], signature, body)
    return hashlib.sha256(body).digest(), WIRES[number]
def timed(way: str, count: int, at_once: int) -> dict[str, float]:
    db = sqlite3.connect(os.path.join(FOLDER, f"{way}-{at_once}.db"), isolation_level=None)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                     "CREATE TABLE r (number INTEGER PRIMARY KEY, id BLOB UNIQUE, wire BLOB)")
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    for i in range(0, count, at_once):
        rows = [(make if way == "make" else take)(n) for n in range(i, min(i + at_once, count))]
        db.execute("BEGIN").executemany("INSERT INTO r VALUES (NULL, ?, ?)", rows).execute("COMMIT")
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    return {"wall_s": wall_s / count, "cpu_s": cpu_s / count}
sys.stdout.write(json.dumps({"make": timed("make", COUNT, 1000), "take": timed("take", COUNT, 1000),
                             "alone": timed("take", min(COUNT, 200), 1)}))
