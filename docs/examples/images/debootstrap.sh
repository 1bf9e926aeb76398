#!/bin/sh
# The same with debootstrap, and without the package: debootstrap.sh INSTALL FOLDER [RELEASE]
# INSTALL is the script of the unpacked tarball, or packaging/install. Makes FOLDER/{disk.img,vmlinuz,initrd}.
# As root; needs debootstrap and e2fsprogs.
set -eu
install=$1 folder=$2 release=${3:-bookworm}
mkdir -p "$folder"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

debootstrap --variant=minbase \
  --include=systemd-sysv,udev,linux-image-cloud-amd64,dbus,iproute2,iputils-ping,mount,netbase,openssh-server,sudo \
  "$release" "$root/tree"
"$install" --root "$root/tree"

rm -f "$root"/tree/etc/ssh/ssh_host_* "$root/tree/etc/resolv.conf"
: >"$root/tree/etc/machine-id"
echo template >"$root/tree/etc/hostname"
echo '/dev/vda / ext4 errors=remount-ro 0 1' >"$root/tree/etc/fstab"

cp "$root"/tree/boot/vmlinuz-* "$folder/vmlinuz"
cp "$root"/tree/boot/initrd.img-* "$folder/initrd"
rm -f "$folder/disk.img"
mke2fs -q -t ext4 -d "$root/tree" "$folder/disk.img" 2g
