#!/bin/sh
# make-roots.sh FOLDER MIRROR: leaves FOLDER/tools.tar, the root of the component images, and FOLDER/node.tar, the root of a node.
# Both are Debian bookworm: its systemd still runs under cgroup v1. containerd and the CNI plugins are sid's: bookworm's containerd is too old
# for this Kubernetes. Needs root and debootstrap.
set -eu
folder=$1
mirror=$2
here=$(dirname "$(readlink -f "$0")")
root=$folder/root

list() { tr '\n' "$1" <"$here/$2" | sed "s/$1\$//"; }
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
# What apt and the manuals leave is of no use in an image.
archive() {
  tar -C "$root" --numeric-owner --exclude=./var/lib/apt/lists/* --exclude=./var/cache/apt/* --exclude=./usr/share/doc/* \
    --exclude=./usr/share/man/* --exclude=./usr/share/locale/* --exclude=./usr/share/info/* --exclude=./tmp/* --exclude=./var/log/* \
    --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* --exclude=./etc/resolv.conf -cf "$1.part" .
  mv "$1.part" "$1"
}

echo "debootstrap bookworm"
debootstrap --variant=minbase --include="$(list , tools.packages)" bookworm "$root" "$mirror"
archive "$folder/tools.tar"

echo "packages of a node"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
# shellcheck disable=SC2046 # one word a package
in_root apt-get install -q -y --no-install-recommends $(list ' ' node.packages)
rm "$root/usr/sbin/policy-rc.d"

echo "containerd and CNI plugins of sid"
echo "deb $mirror sid main" >"$root/etc/apt/sources.list"
# A mirror that stands still has a list whose time is over: the signature is checked all the same.
in_root apt-get update -q -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none
in_root sh -ec 'mkdir /tmp/sid; cd /tmp/sid; apt-get download -q containerd containernetworking-plugins; for d in *.deb; do dpkg-deb -x "$d" /; done; ls'
mkdir -p "$root/opt/cni"
ln -sfn /usr/lib/cni "$root/opt/cni/bin"
archive "$folder/node.tar"
rm -rf "$root"
