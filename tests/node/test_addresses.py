"""Own addresses: what an invitation may name, found without sending anything."""

import ipaddress

from node.addresses import own_addresses
from protocol.introduction import is_address
from protocol.limits import MAX_ADDRESSES


def test_own_addresses_can_be_dialled_by_others() -> None:
    found = own_addresses(4781)
    assert len(found) <= MAX_ADDRESSES
    assert len(set(found)) == len(found)
    for address in found:
        assert is_address(address)
        host, _, port = address.rpartition(":")
        known = ipaddress.ip_address(host.strip("[]"))
        assert port == "4781"
        assert not known.is_loopback
        assert not (known.version == 6 and known.is_link_local)
