#!/bin/sh
# The network part of the job in plain shell, nothing else: the least that any first-boot agent has to spend.
# Mounts the drive, takes local-ipv4, sets address and default route (/24 and .254), unmounts. No checks, no record.
set -eu
drive=/run/network-part
mkdir -p "$drive"
mount -o ro,nosuid,nodev,noexec /dev/disk/by-label/config-2 "$drive"
trap 'umount "$drive"' EXIT
while IFS= read -r line; do
  case $line in
    *'"local-ipv4"'*) line=${line#*'"local-ipv4"'*:*'"'}; address=${line%%'"'*} ;;
  esac
done < "$drive/ec2/latest/meta-data.json"
ifconfig eth0 "$address" netmask 255.255.255.0
route add default gw "${address%.*}.254" eth0
