#!/bin/sh
# Puts this pod on a machine for good, or takes it off; ./run install and ./run uninstall.
#
#   install    code and environment to /opt/mutualpod, a service that is up after power loss.
#              Again over an older one: upgrades it, after a copy of the data.
#   uninstall  stops and removes the service and the code; the data stays.
#
# MUTUALPOD_ROOT, for tests: a folder that stands for /.
set -eu

source=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
root=${MUTUALPOD_ROOT:-}
code=$root/opt/mutualpod
unit=$root/etc/systemd/system/mutualpod.service
data=$root/var/lib/private/mutualpod    # where DynamicUser keeps it; /var/lib/mutualpod links there

say() { printf '%s\n' "$*" >&2; }

stop() { say "run: $*"; exit 1; }

need_root() {
    [ -n "$root" ] || [ "$(id -u)" = 0 ] || stop "this needs root: sudo ./run $1"
    command -v systemctl >/dev/null || stop "there is no systemd here; start the pod with ./run"
}

# The tree that runs, without what belongs to a checkout. Beside the old one first: it changes
# place with it only when its environment is whole.
copy_code() {
    rm -rf "$code.new"
    mkdir -p "$code.new"
    for part in cli node protocol store docs install run requirements.txt pyproject.toml \
        README.md LICENSE CHANGELOG.md; do
        cp -R "$source/$part" "$code.new/"
    done
    find "$code.new" -name __pycache__ -prune -exec rm -rf {} +
}

# A fresh environment is made in place, since its scripts name their folder: so the old tree
# steps aside, and comes back if anything fails.
change_places() {
    rm -rf "$code.old"
    [ ! -e "$code" ] || mv "$code" "$code.old"
    mv "$code.new" "$code"
    if "$code/run" --version >/dev/null; then
        rm -rf "$code.old"
    else
        rm -rf "$code"
        [ ! -e "$code.old" ] || mv "$code.old" "$code"
        return 1
    fi
}

# Copies the data beside itself while nothing writes to it; the newest three copies are kept.
copy_data() {
    [ -e "$data/pod.db" ] || return 0
    copy=$data-before-$(date -u +%Y%m%d-%H%M%S)
    cp -a "$data" "$copy.partial"
    mv "$copy.partial" "$copy"
    say "A copy of the data is in $copy"
    ls -d "$data"-before-* | grep -v partial | sort -r | tail -n +4 | while read -r old; do
        rm -rf "$old"
    done
}

install_pod() {
    need_root install
    copy_code
    was_there=no
    if [ -e "$unit" ]; then
        was_there=yes
        systemctl stop mutualpod.service
        copy_data
    fi
    if ! change_places; then
        [ "$was_there" = no ] || systemctl start mutualpod.service
        stop "nothing was changed: the environment could not be made (the words above say why)"
    fi
    mkdir -p "$(dirname "$unit")"
    cp "$code/install/mutualpod.service" "$unit"
    chmod 644 "$unit"
    systemctl daemon-reload
    systemctl enable --now mutualpod.service
    say "The pod runs, and starts again by itself after a power cut."
    say "Set it up:   sudo journalctl -u mutualpod -o cat | grep 'Set it up'"
    say "             and open that address on a phone; whoever does first looks after the pod"
    say "See it:      sudo /opt/mutualpod/.venv/bin/pod status --data /var/lib/mutualpod"
    say "The words:   sudo /opt/mutualpod/.venv/bin/pod recovery confirm --data /var/lib/mutualpod"
}

uninstall_pod() {
    need_root uninstall
    [ ! -e "$unit" ] || systemctl disable --now mutualpod.service
    rm -rf "$unit" "$code" "$code.new" "$code.old"
    systemctl daemon-reload
    say "The pod is taken off. Its data is still in $root/var/lib/mutualpod; only you can delete it."
}

case ${1:-} in
install) install_pod ;;
uninstall) uninstall_pod ;;
*) stop "install or uninstall" ;;
esac
