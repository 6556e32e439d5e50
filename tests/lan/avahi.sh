#!/bin/sh
# Runs a program beside a real avahi-daemon in the network namespace that this is started in:
#   avahi.sh FOLDER PROGRAM...
# The daemon and the D-Bus it needs are private: its fixed places lie under a tmpfs that nobody
# else sees. All ends with the program, or with this script.
set -eu
folder=$1
shift
mkdir -p "$folder" /run/avahi-daemon
cat >"$folder/bus.conf" <<CONF
<busconfig><type>system</type><listen>unix:path=$folder/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
CONF
cat >"$folder/avahi.conf" <<CONF
[server]
use-ipv4=yes
use-ipv6=yes
[publish]
publish-hinfo=no
publish-workstation=no
CONF
export DBUS_SYSTEM_BUS_ADDRESS="unix:path=$folder/bus"
exec unshare --mount sh -euc '
folder=$1
shift
mount --make-rprivate /
mount -t tmpfs tmpfs /run/avahi-daemon
dbus-daemon --config-file="$folder/bus.conf" --nofork --nopidfile & bus=$!
until [ -S "$folder/bus" ]; do
    kill -0 $bus
    sleep 0.1
done
avahi-daemon -f "$folder/avahi.conf" --no-drop-root --no-chroot --no-rlimits & daemon=$!
trap "kill $daemon $bus" EXIT
trap "exit 143" TERM INT
until avahi-browse --all --terminate >/dev/null 2>&1; do
    kill -0 $daemon
    sleep 0.1
done
"$@" &
wait $!
' sh "$folder" "$@"
