#!/bin/sh
# guest-init into a disk image that is there: chroot.sh PACKAGE.deb IMAGE
# IMAGE is raw, with or without partitions (qcow2: qemu-img convert -O raw IN OUT). As root; needs util-linux.
set -eu
package=$1 image=$2
tree=$(mktemp -d)
trap 'umount -R "$tree" 2>/dev/null || :; rmdir "$tree"' EXIT

# The root is the file system that holds /etc/os-release: the whole disk, or one of its partitions.
for sector in 0 $(partx --raw --noheadings --output START "$image" 2>/dev/null); do
  mount -o "loop,offset=$((sector * 512))" "$image" "$tree" 2>/dev/null || continue
  [ ! -e "$tree/etc/os-release" ] || break
  umount "$tree"
done
[ -e "$tree/etc/os-release" ] || { echo "$image: no file system with /etc/os-release" >&2; exit 1; }

mount -t proc proc "$tree/proc"
cp "$package" "$tree/tmp/guest-init.deb"
chroot "$tree" dpkg --install /tmp/guest-init.deb
rm "$tree/tmp/guest-init.deb"
