#!/bin/sh
# Boots FOLDER/{disk.img,vmlinuz,initrd} with a config drive, without changing the image: try.sh FOLDER
# As whoever owns FOLDER; needs guest-init in PATH, qemu-system-x86 and ssh-keygen. Log in from another terminal:
#   ssh -p 2222 -i FOLDER/key -o UserKnownHostsFile=FOLDER/known_hosts debian@127.0.0.1
# Ctrl-A X ends the guest. KEEP=1: it keeps what it writes and may reboot. ACCEL=tcg: where KVM does not work.
set -eu
cd "$1"
case ${KEEP:-} in '') once='-no-reboot -snapshot' ;; *) once= ;; esac
rm -f known_hosts # each boot of the unchanged image is a new guest with new host keys
[ -e key ] || ssh-keygen -q -t ed25519 -N '' -f key
guest-init drive build seed.iso --force --address 10.0.0.5 --hostname web-1 --ssh-key key.pub

# Debian's cloud kernel knows virtio, not q35's own CD-ROM. qemu's user network is the cloud: its router is 10.0.0.254, which
# guest-init guesses, and forwards port 2222 to the guest.
exec qemu-system-x86_64 -machine q35,accel="${ACCEL:-kvm:tcg}" -cpu max -m 1024 -nographic $once \
  -kernel vmlinuz -initrd initrd -append 'root=/dev/vda console=ttyS0' \
  -drive file=disk.img,if=virtio,format=raw \
  -device virtio-scsi-pci -device scsi-cd,drive=seed -drive file=seed.iso,if=none,id=seed,format=raw,readonly=on \
  -netdev user,id=cloud,net=10.0.0.0/24,host=10.0.0.254,dns=10.0.0.253,hostfwd=tcp:127.0.0.1:2222-10.0.0.5:22 \
  -device virtio-net-pci,netdev=cloud
