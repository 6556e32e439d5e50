"""The raw limit: what the bare libraries need for records like ours, on one thread.

Run: python floor.py RECORDS cryptography|PyNaCl FOLDER  ->  one JSON object, seconds a record.
"""
import hashlib, json, os, sqlite3, sys, time  # noqa: E401, I001  # at most 40 lines
import msgpack
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
count, verifier, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
keys = [Ed25519PrivateKey.generate() for _ in range(100)]
publics = [key.public_key() for key in keys]
raw = [public.public_bytes_raw() for public in publics]
of = dict(zip(raw, publics))
if verifier == "PyNaCl":
    from nacl.bindings import crypto_sign_open
payloads = [os.urandom(225) for _ in range(count)]
db = sqlite3.connect(os.path.join(folder, "floor.db"), isolation_level=None)
db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE made"
                 "(n INTEGER PRIMARY KEY, id BLOB UNIQUE, wire BLOB); CREATE TABLE got"
                 "(n INTEGER PRIMARY KEY, id BLOB UNIQUE, wire BLOB);")
wall, cpu, wires = time.perf_counter(), time.process_time(), []
for start in range(0, count, 1000):
    rows = []
    for i in range(start, min(start + 1000, count)):
        body = msgpack.packb([1, raw[i % 100], 7, 65001, os.urandom(16), i, 2, 0, payloads[i]])
        rows.append((hashlib.sha256(body).digest(), msgpack.packb([body, keys[i % 100].sign(body)])))
    db.execute("BEGIN"); db.executemany("INSERT INTO made(id, wire) VALUES (?,?)", rows); db.execute("COMMIT")
    wires += [wire for _, wire in rows]
made = time.perf_counter() - wall, time.process_time() - cpu
wall, cpu = time.perf_counter(), time.process_time()
for start in range(0, count, 1000):
    rows = []
    for wire in wires[start:start + 1000]:
        body, signature = msgpack.unpackb(wire); author = msgpack.unpackb(body)[1]
        if verifier == "PyNaCl": crypto_sign_open(signature + body, author)
        else: of[author].verify(signature, body)
        rows.append((hashlib.sha256(body).digest(), wire))
    db.execute("BEGIN"); db.executemany("INSERT INTO got(id, wire) VALUES (?,?)", rows); db.execute("COMMIT")
got = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"make_wall_s": made[0] / count, "make_cpu_s": made[1] / count, "take_wall_s": got[0] / count, "take_cpu_s": got[1] / count}))
