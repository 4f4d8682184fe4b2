#!/bin/sh
# Runs in a container of the node image, privileged, with a volume at /var/lib/containerd: takes the images of /preload/images, names them anew
# as /preload/images.list says ("FILE OLD NEW" a line), and leaves containerd's store as /preload/store.tar.
set -eu
containerd >/preload/containerd.log 2>&1 &
daemon=$!
tries=0
until ctr version >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 120 ] || { cat /preload/containerd.log; exit 1; }
  # Between two looks: containerd tells nobody that it is up.
  sleep 0.5
done
while read -r file built name; do
  # Unpacked, a layer is not needed in its packed form.
  ctr -n k8s.io images import --local --discard-unpacked-layers "/preload/images/$file"
  ctr -n k8s.io images tag --force "$built" "$name"
  ctr -n k8s.io images rm --sync "$built"
  # kubelet's clean-up never takes it.
  ctr -n k8s.io images label "$name" io.cri-containerd.pinned=pinned
done </preload/images.list
ctr -n k8s.io images ls -q
kill "$daemon"
wait "$daemon" || true
tar -C /var/lib/containerd --numeric-owner --xattrs -cf /preload/store.tar .
