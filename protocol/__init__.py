"""Decides what a pod may say and believe. How to read this folder.

Everything here is pure: bytes, values, times and chance come in; bytes, events and values go
out. Nothing is opened, awaited, logged or asked of a clock, so a test decides all of it.
docs/protocol.md is the specification; each module names its section. Import from the module
that holds a thing (`from protocol.record import Record`); nothing is re-exported here.

Read from the top; no module needs one that stands below it.

    saying        a sentence for people, with gaps for values
    errors        whose fault it is, and the table of codes        §9
    limits        every bound, with its reason                     §8
    codec         canonical msgpack: one value, one byte form      §3
    identity      pod keys, working keys, certificates, signatures §2
    sealed        what only one pod can open                       §15
    mail          a letter sealed, and opened                      §15
    record        one signed record: id, slot, which version wins  §4
    kinds         all that the core knows of any domain            §4
    clock         what time it is, and how far to believe it       §5

    varint        numbers of reconciliation
    blocks        items in order, in small packed blocks
    index_view    what one pair compares of them
    index         which records a pod holds
    reconcile     which records two pods do not share: Negentropy

    trust         tables: who reaches whom                         §6
    directory     what one node knows of authors and neighbours    §6

    introduction  a name and addresses, before anything is proved
    handshake     four messages by which two pods prove who they are
    pairing       six words for people to compare                 §10
    frames        what two pods say                                §7
    frame_bytes   their one byte form                              §7
    parts         many things in parts that fit
    sets          the sets of a pair, as both sides draw them      §6
    turns         whose turn it is, as a table                     §7
    events        what a session asks of its node
    intake        from the wires of a frame to checked records
    recent        ids lately met: a set that forgets
    pushes        live changes on their way to one peer
    telling       telling tables and certificates
    mailing       mail on its way through one session              §15
    talk          what is said on one channel, in turn
    terms         on what terms two pods exchange now              §6
    round         one comparison, on the caller's side
    rounds        one after another, on either side                §7
    session       one sync session, without the channel            §7
    sealed_part   what stands in it for one neighbour alone        §14
    bundle_head   what its creator says and signs of a bundle      §14
    bundle        a file on a stick: one side of a session         §14

    aid/          mutual aid: the kinds that travel. The core never imports it.

Three promises hold throughout. Bytes from outside raise PeerError and nothing else, within
bounded time and memory. What we are about to send wrongly raises LocalError: a bug of ours.
One record refused in a batch is a value (Refusal), and the batch goes on.
"""
