#!/bin/sh
# A Debian image from nothing with guest-init in it: mmdebstrap.sh PACKAGE.deb FOLDER [RELEASE]
# Makes FOLDER/{disk.img,vmlinuz,initrd}. As root; needs mmdebstrap and e2fsprogs.
set -eu
package=$1 folder=$2 release=${3:-bookworm}
mkdir -p "$folder"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mmdebstrap --variant=minbase \
  --include=systemd-sysv,udev,linux-image-cloud-amd64,dbus,iproute2,iputils-ping,mount,netbase,openssh-server,sudo \
  --customize-hook="copy-in $package /tmp" \
  --customize-hook='chroot "$1" sh -c "dpkg --install /tmp/guest-init_*.deb && rm /tmp/guest-init_*.deb"' \
  --customize-hook='rm -f "$1"/etc/ssh/ssh_host_*; : >"$1/etc/machine-id"; echo template >"$1/etc/hostname"' \
  --customize-hook='rm -f "$1/etc/resolv.conf"' \
  --customize-hook='echo "/dev/vda / ext4 errors=remount-ro 0 1" >"$1/etc/fstab"' \
  "$release" "$root/tree"

cp "$root"/tree/boot/vmlinuz-* "$folder/vmlinuz"
cp "$root"/tree/boot/initrd.img-* "$folder/initrd"
rm -f "$folder/disk.img"
mke2fs -q -t ext4 -d "$root/tree" "$folder/disk.img" 2g
