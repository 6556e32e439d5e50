"""What `pod bench` starts: `python -m node.bench PART VERIFIER [FOLDER] [RECORDS or BYTES]`."""

import sys


def main(part: str, verifier: str, folder: str = "", records: str = "0") -> None:
    """Run one part with one library of signatures, chosen before anything of ours is imported."""
    if verifier == "cryptography":
        sys.modules["nacl"] = None  # type: ignore[assignment]  # as where the extra is missing
    if part == "station":
        from node.bench.station import serve

        serve(folder)
    elif part == "node":
        from node.bench.served import node

        node(folder)
    elif part == "bare-page":
        from node.bench.served import bare_page

        bare_page(int(records))
    elif part == "phones":
        from node.bench.phones import phones

        phones()
    elif part == "search":
        from node.bench.search import search

        search(folder, int(records))
    else:
        from node.bench.ingest import ingest

        ingest(folder, int(records))


if __name__ == "__main__":
    main(*sys.argv[1:])
