"""Own addresses: what an invitation may name, found without sending anything."""

import ipaddress

from node.addresses import MAX_ADDRESSES, host_port, own_addresses


def test_own_addresses_can_be_dialled_by_others() -> None:
    found = own_addresses(4781)
    assert len(found) <= MAX_ADDRESSES
    assert len(set(found)) == len(found)
    for address in found:
        host, _, port = address.rpartition(":")
        known = ipaddress.ip_address(host.strip("[]"))
        assert port == "4781"
        assert not known.is_loopback
        assert not (known.version == 6 and known.is_link_local)


def test_ipv6_address_stands_in_brackets() -> None:
    assert host_port("192.168.1.7", 4781) == "192.168.1.7:4781"
    assert host_port("fd00::7", 4781) == "[fd00::7]:4781"
