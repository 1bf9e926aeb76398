#!/bin/sh
# What is left of guest-init for a guest that cannot run the binary (glibc older than 2.28, musl): the address and the gateway of the
# config drive, and nothing else. POSIX sh, awk and mount; nothing from the drive is ever evaluated or printed unchecked.
# Installed as /usr/lib/guest-init/fallback. Exit codes: docs/exit-codes.md. It must run at each boot: nothing is kept.
# shellcheck disable=SC2317 # functions that a trap or another function's argument names
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
umask 077

config_file=/etc/guest-init/config.yaml
private=/run/guest-init/private
mount_point=$private/drive # where guest-init itself mounts: its unit's ExecStopPost cleans up after us as well
lock=$private/fallback.lock
json_limit=262144 # bytes of one metadata file; what this script needs is a few kilobytes
mount_seconds=30
probe_seconds=20

not_done='not done: users, keys, host name, user_data'

usage() {
  echo "usage: ${0##*/} [--device DEV]"
  echo 'Sets the address and the gateway that the config drive gives. Root only; safe to repeat; run it at each boot.'
}

# The last line, which alone must be enough to go on. Usage: finish CODE TEXT
finish() {
  case $1 in
    0) word=OK ;;
    2) word=DEGRADED ;;
    *) word="FAILED ($1)" ;;
  esac
  verdict="guest-init: $word $2"
  exit "$1"
}

note() { printf '  %s\n' "$1"; }

is_mounted() {
  while read -r _ where _; do
    [ "$where" = "$mount_point" ] && return 0
  done </proc/mounts
  return 1
}

# Also what a killed run left there; a mount can lie over another one.
unmount_drive() {
  rounds=0
  while is_mounted && [ "$rounds" -lt 8 ]; do
    rounds=$((rounds + 1))
    bounded "$mount_seconds" umount "$mount_point" 2>/dev/null || umount -l "$mount_point" 2>/dev/null
  done
  ! is_mounted
}

clean_up() {
  status=$?
  trap '' HUP INT TERM
  if [ -n "$held" ]; then
    if unmount_drive; then
      rmdir "$mount_point" 2>/dev/null
    else
      status=74
      verdict="guest-init: FAILED (74) $mount_point cannot be unmounted; next: umount -l $mount_point"
    fi
    rm -f "$lock"
  fi
  [ -z "$verdict" ] || printf '%s\n' "$verdict"
  trap - EXIT
  exit "$status"
}

stop() { finish 143 "stopped by a signal; $not_done; next: run $0 again"; }

# A command with a deadline where the guest has timeout(1); the unit's own time-out is the net below. Usage: bounded SECONDS COMMAND…
bounded() {
  seconds=$1
  shift
  if [ -n "$has_timeout" ]; then timeout -s KILL "$seconds" "$@"; else "$@"; fi
}

have() { command -v "$1" >/dev/null 2>&1; }

# Ranges, not classes: busybox may be built without them.
# shellcheck disable=SC2018,SC2019
lower() { printf '%s' "$1" | tr 'A-Z' 'a-z'; }

# Last line of a command's complaint, printable. Usage: complaint TEXT
complaint() { printf '%s\n' "$1" | sed -n '$p' | tr -cd '\040-\176' | cut -c1-160; }

# IPv4 arithmetic shared by the awk programs. Doubles hold 32 bits exactly; no printf of them, which mawk 1.3.3 would cut at 2^31,
# and no ^ operator, which a busybox without libm lacks.
# shellcheck disable=SC2016
ipv4_awk='
function parse_ipv4(text,  part, i, value) {
  if (split(text, part, ".") != 4) return -1
  for (i = 1; i <= 4; i++) {
    if (part[i] !~ /^(0|[1-9][0-9]?[0-9]?)$/ || part[i] + 0 > 255) return -1
    value = value * 256 + part[i]
  }
  return value
}
function is_host(value,  first) {
  first = int(value / 16777216)
  return value > 0 && first != 0 && first != 127 && (first < 224 || first > 239) && value != 4294967295
}
function subnet_size(prefix,  size) {
  for (size = 1; prefix < 32; prefix++) size *= 2
  return size
}
function parse_mask(text,  value, p) {
  if (text ~ /^(0|[1-9][0-9]?)$/) return text + 0 <= 32 ? text + 0 : -1
  value = parse_ipv4(text)
  for (p = 0; value >= 0 && p <= 32; p++) if (value == 4294967296 - subnet_size(p)) return p
  return -1
}
function format_ipv4(value) {
  return int(value / 16777216) "." int(value / 65536) % 256 "." int(value / 256) % 256 "." value % 256
}
'

# JSON (RFC 8259) as V[path] and T[path] (string, number, literal, map, list) with N[path] entries; paths are keys joined by SUBSEP.
# Records end at quotes, so that a document is by turns outside and inside of strings, at a cost linear in its size. Stricter than
# the agent: a key that is there twice, or more than 32 levels, refuse the document. Escapes but \/ stay: no checked value holds one.
# shellcheck disable=SC2016
json_awk='
BEGIN { RS = "\""; state = "value"; depth = 0 }
function path_here(  i, path) {
  for (i = 1; i <= depth; i++) path = path (i > 1 ? SUBSEP : "") at[i]
  return path
}
function put(type, value,  path) {
  if (state != "value" && state != "first") { bad = 1; return }
  if (depth > 0 && kind[depth] == "list") { at[depth]++; N[parent[depth]] = at[depth] + 1 }
  path = path_here()
  if (path in T) { bad = 1; return }
  T[path] = type
  V[path] = value
  state = "after"
  if (type != "map" && type != "list") return
  if (++depth > 32) { bad = 1; return }
  kind[depth] = type
  parent[depth] = path
  at[depth] = -1
  N[path] = 0
  state = type == "map" ? "first-key" : "first"
}
function take(c) {
  if (c == "{") put("map", "")
  else if (c == "[") put("list", "")
  else if (c == ":" && state == "colon") state = "value"
  else if (c == "," && state == "after" && depth > 0) state = kind[depth] == "map" ? "key" : "value"
  else if (c == "}" && depth > 0 && kind[depth] == "map" && (state == "after" || state == "first-key")) close_one()
  else if (c == "]" && depth > 0 && kind[depth] == "list" && (state == "after" || state == "first")) close_one()
  else bad = 1
}
function close_one() { delete at[depth]; depth--; state = "after" }
function take_string(text) {
  gsub(/\\\//, "/", text)
  if (state == "key" || state == "first-key") { at[depth] = text; state = "colon" }
  else put("string", text)
}
function take_word(word) {
  if (word == "null" || word == "true" || word == "false") put("literal", word)
  else if (word ~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/) put("number", word)
  else bad = 1
}
{ bytes += length($0) + 1 }
bytes > limit + 1 { exit }
bad { next }
inside {
  text = text $0
  match($0, /\\*$/)
  if (RLENGTH % 2 == 1) { text = text "\""; next }
  inside = 0
  take_string(text)
  next
}
{
  chunk = $0
  gsub(/[ \t\r\n]+/, " ", chunk)
  while (chunk != "" && !bad) {
    if (match(chunk, /^[-+.0-9A-Za-z]+/)) { take_word(substr(chunk, 1, RLENGTH)); chunk = substr(chunk, RLENGTH + 1) }
    else { if (substr(chunk, 1, 1) != " ") take(substr(chunk, 1, 1)); chunk = substr(chunk, 2) }
  }
  inside = 1
  text = ""
}
END {
  if (bytes > limit + 1) exit 4
  # The last record is outside of strings: the quote that would have begun the next one never came.
  if (bad || !inside || depth != 0 || state != "after" || T[""] != "map") exit 3
}
'

# Prints the fields that `program` (END blocks of awk) finds in a JSON file of the drive; no link is followed anywhere on the way.
# Status: 0, 1 absent, 2 not a regular file, 3 not JSON, 4 over the limit, 5 awk failed. Usage: read_json PROGRAM VARIABLE=VALUE PART…
read_json() {
  program=$1 variable=$2
  shift 2
  file=$mount_point
  for part in "$@"; do
    file=$file/$part
    [ ! -L "$file" ] || return 2
    [ -e "$file" ] || return 1
  done
  [ -f "$file" ] || return 2
  dd if="$file" bs=4096 count=$((json_limit / 4096 + 1)) 2>/dev/null | tr '\000-\010\013\014\016-\037\177' '?' |
    awk -v "limit=$json_limit" -v "$variable" "$ipv4_awk$json_awk$program"
  case $? in
    0) return 0 ;;
    3) return 3 ;;
    4) return 4 ;;
    *) return 5 ;;
  esac
}

# shellcheck disable=SC2016
local_ipv4_program='
END {
  type = T["local-ipv4"]
  value = V["local-ipv4"]
  if (type == "" || value == "null" && type == "literal" || type == "string" && value ~ /^[ \t]*$/) exit 0
  gsub(/^[ \t]+|[ \t]+$/, "", value)
  if (type == "string" && is_host(parse_ipv4(value))) print value
  else print "invalid"
}
'

# shellcheck disable=SC2016
uuid_program='
END { if (T["uuid"] == "string" && V["uuid"] ~ /^[0-9A-Fa-f-]+$/ && length(V["uuid"]) <= 64) print tolower(V["uuid"]) }
'

# The network of `wanted` (local-ipv4), or the first static IPv4 one when that is empty. Prints lines: address, mac, prefix,
# gateway (or none), refuse TEXT, problem TEXT, note TEXT. A line that is missing is not said by the drive.
# shellcheck disable=SC2016
network_program='
function text_of(list, i, key,  type) {
  type = T[list, i, key]
  return type == "string" || type == "number" ? V[list, i, key] : ""
}
function is_dhcp4(i) { return text_of("networks", i, "type") ~ /^(ipv4_dhcp|dhcp|dhcp4)$/ }
function is_static4(i) { return !is_dhcp4(i) && address_of(i) != "" }
function address_of(i,  text, part) {
  text = text_of("networks", i, "ip_address")
  if (text == "") text = text_of("networks", i, "address")
  split(text, part, "/")
  return is_host(parse_ipv4(part[1])) ? part[1] : ""
}
function prefix_of(i,  text, part, mask) {
  mask = text_of("networks", i, "netmask")
  text = text_of("networks", i, "ip_address")
  if (mask == "" && split(text, part, "/") == 2) mask = part[2]
  if (mask == "") return ""
  if (parse_mask(mask) >= 1) return parse_mask(mask)
  print "problem networks[" i "].netmask: expected an IPv4 netmask or prefix length, found another value"
  return ""
}
function gateway_of(i, report,  r, found, said) {
  for (r = 0; r < N["networks" SUBSEP i SUBSEP "routes"]; r++) if (is_default("networks" SUBSEP i SUBSEP "routes", r)) {
    said = V["networks", i, "routes", r, "gateway"]
    found = router(said, i)
    if (found != "") return found
    if (report) print "problem networks[" i "].routes[" r "].gateway: expected the IPv4 address of a router, found another value"
  }
  said = text_of("networks", i, "gateway")
  if (said == "") return ""
  found = router(said, i)
  if (found == "" && report) print "problem networks[" i "].gateway: expected the IPv4 address of a router, found another value"
  return found
}
function is_default(list, r,  network, mask) {
  network = text_of(list, r, "network")
  mask = text_of(list, r, "netmask")
  return network == "0.0.0.0/0" || network == "0.0.0.0" && (mask == "" || parse_mask(mask) == 0)
}
function router(text, i) { return is_host(parse_ipv4(text)) && text != address_of(i) ? text : "" }
function is_physical(j) { return text_of("links", j, "type") !~ /^(bond|vlan)$/ }
function link_of(i,  id, j) {
  id = text_of("networks", i, "link")
  if (id == "" && N["links"] == 1) return 0
  for (j = 0; j < N["links"]; j++) if (id != "" && text_of("links", j, "id") == id) return j
  return -1
}
function print_link(j,  mac) {
  if (!is_physical(j)) { print "refuse links[" j "] is a bond or a VLAN, which this script does not set up"; return }
  mac = tolower(text_of("links", j, "ethernet_mac_address"))
  if (mac == "") return
  gsub(/-/, ":", mac)
  if (mac ~ /^[0-9a-f][0-9a-f](:[0-9a-f][0-9a-f])+$/ && length(mac) == 17) print "mac " mac
  else print "refuse links[" j "].ethernet_mac_address: expected a MAC address such as fa:16:3e:00:00:05, found another value"
}
END {
  chosen = dhcp = fixed = -1
  for (i = 0; i < N["networks"]; i++) {
    if (is_static4(i) && gateway_of(i, 0) != "") routed = 1
    if (chosen < 0 && is_static4(i) && (wanted == "" || address_of(i) == wanted)) chosen = i
    # Nova announces a static port on a subnet with DHCP as ipv4_dhcp: local-ipv4 is then the address of the first such NIC.
    if (dhcp < 0 && fixed < 0) { if (is_dhcp4(i)) dhcp = i; else if (is_static4(i)) fixed = i }
  }
  if (chosen < 0 && fixed >= 0) {
    chosen = fixed
    print "note local-ipv4 is another address than network_data.json gives: network_data.json counts"
  }
  if (chosen < 0 && wanted == "") exit 0
  print "address " (chosen < 0 ? wanted : address_of(chosen))
  from = chosen < 0 ? dhcp : chosen
  if (from >= 0) {
    link = link_of(from)
    if (link >= 0) print_link(link)
    else print "problem networks[" from "].link: no link has the id that this network names"
  } else {
    for (j = 0; j < N["links"]; j++) if (is_physical(j)) { nics++; only = j }
    if (nics == 1) print_link(only)
  }
  prefix = from < 0 ? "" : prefix_of(from)
  gateway = from < 0 ? "" : gateway_of(from, 1)
  if (prefix != "") print "prefix " prefix
  if (gateway != "") print "gateway " gateway
  # A netmask without a default route, or a default route elsewhere: this subnet has no gateway, and guessing one would be wrong.
  else if (prefix != "" || routed) print "gateway none"
}
'

# Mask, broadcast (or none) and whether the gateway is in the subnet, of checked values.
# shellcheck disable=SC2016
subnet_program='
BEGIN {
  size = subnet_size(prefix)
  own = parse_ipv4(address)
  first = int(own / size) * size
  inside = gateway == "none" || int(parse_ipv4(gateway) / size) * size == first
  print format_ipv4(4294967296 - size), (prefix > 30 ? "none" : format_ipv4(first + size - 1)), (inside ? "inside" : "outside")
}
'

# The settings that this script follows, of the form that the packaged file shows; whatever it cannot read refuses the file.
# shellcheck disable=SC2016
config_program='
function refuse() { print "refuse " FNR; bad = 1; exit }
/^[ \t]*(#|$)/ || /^---[ \t]*$/ { next }
/\t/ { refuse() }
{
  line = $0
  sub(/[ ]+#.*$/, "", line)
  sub(/[ ]+$/, "", line)
  if (line !~ /^([ ]+)?[a-z_]+:( .*)?$/) refuse()
  indent = match(line, /[^ ]/) - 1
  key = substr(line, indent + 1)
  value = key
  sub(/:.*$/, "", key)
  sub(/^[a-z_]+:[ ]*/, "", value)
  if (value ~ /^".*"$/ || value ~ /^\047.*\047$/) value = substr(value, 2, length(value) - 2)
  if (value ~ /[][{}"\047&*!|>%@`,# ]/) refuse()
  if (indent == 0) section = value == "" ? key : ""
  else if (section == "" || value == "") refuse()
  print (indent == 0 ? key : section "." key), value
}
'

is_number() {
  case $1 in
    '' | *[!0-9]* | 0?* | ?????*) return 1 ;;
  esac
  [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

is_ipv4() { awk -v "text=$1" "$ipv4_awk"'BEGIN { exit !is_host(parse_ipv4(text)) }'; }

# sleep(1) need not know fractions of a second.
round_up() {
  case $1 in
    *[!0-9.]* | *.*.* | .*) echo "$1" ;;
    *.*) echo $((${1%.*} + 1)) ;;
    *) echo "$1" ;;
  esac
}

refuse_setting() { finish 13 "$config_file: $1: expected $2, found another value; nothing was applied"; }

read_settings() {
  interface=eth0 default_prefix=24 default_gateway=254 nic_wait=20 label=config-2 required=auto wait=10 wait_required=60
  [ -e "$config_file" ] || return 0
  settings=$(awk "$config_program" "$config_file") || finish 13 "$config_file: cannot be read; nothing was applied"
  while read -r key value; do
    case $key in
      refuse) finish 13 "$config_file:$value: expected lines as in the packaged file (key: value); nothing was applied" ;;
      network.interface) interface=$value ;;
      network.default_prefix) default_prefix=$value ;;
      network.default_gateway) default_gateway=$value ;;
      network.wait) nic_wait=$(round_up "$value") ;;
      drive.label) label=$value ;;
      drive.required) required=$value ;;
      drive.wait) wait=$(round_up "$value") ;;
      drive.wait_required) wait_required=$(round_up "$value") ;;
    esac
  done <<LINES
$settings
LINES
  case $interface in
    '' | */* | ????????????????*) refuse_setting network.interface 'a link name of 1 to 15 characters' ;;
  esac
  is_number "$default_prefix" 1 32 || refuse_setting network.default_prefix 'a prefix length from 1 to 32'
  [ "$default_gateway" = none ] || is_number "$default_gateway" 0 255 || is_ipv4 "$default_gateway" ||
    refuse_setting network.default_gateway 'an IPv4 address, a last octet, or none'
  case $label in
    '' | *[!A-Za-z0-9_.-]* | ?????????????????????????????????*) refuse_setting drive.label 'a volume label' ;;
  esac
  label=$(lower "$label")
  case $required in
    auto | true | false) ;;
    *) refuse_setting drive.required 'auto, true or false' ;;
  esac
  is_number "$nic_wait" 0 600 || refuse_setting network.wait 'seconds from 0 to 600'
  is_number "$wait" 0 600 || refuse_setting drive.wait 'seconds from 0 to 600'
  is_number "$wait_required" 0 600 || refuse_setting drive.wait_required 'seconds from 0 to 600'
}

read_dmi() {
  dmi=
  [ ! -r "/sys/class/dmi/id/$1" ] || read -r dmi <"/sys/class/dmi/id/$1" || :
  dmi=$(lower "$dmi")
}

is_drive_required() {
  [ "$required" = auto ] || { [ "$required" = true ]; return; }
  read_dmi product_name
  case $dmi in
    'openstack nova' | 'openstack compute' | cloudstack*) return 0 ;;
  esac
  return 1
}

# Device nodes of file systems with the label, one a line, as udev sees them, else as blkid probes them.
list_labelled() {
  {
    for link in /dev/disk/by-label/*; do
      [ -b "$link" ] && [ "$(lower "${link##*/}")" = "$label" ] && readlink -f "$link"
    done
    # Of two drives with one label only one gets the link; udev's database knows both.
    for entry in /run/udev/data/b*:*; do
      [ -f "$entry" ] || continue
      [ "$(lower "$(sed -n 's/^E:ID_FS_LABEL=//p' "$entry" | sed 1q)")" = "$label" ] || continue
      name=$(sed -n 's/^DEVNAME=//p' "/sys/dev/block/${entry##*/b}/uevent" 2>/dev/null | sed 1q)
      [ -n "$name" ] && [ -b "/dev/$name" ] && readlink -f "/dev/$name"
    done
  } | sort -u
}

list_probed() {
  have blkid || return 0
  for entry in /sys/class/block/*; do
    size=0
    [ ! -r "$entry/size" ] || read -r size <"$entry/size" || :
    name=$(printf '%s' "${entry##*/}" | tr '!' /)
    case $name in
      ram[0-9]* | zram[0-9]* | fd[0-9]* | nbd[0-9]*) continue ;;
    esac
    if [ "$size" = 0 ] || [ ! -b "/dev/$name" ]; then continue; fi
    # busybox knows no -p; its blkid always probes.
    found=$(bounded "$probe_seconds" blkid -p -s LABEL -o value "/dev/$name" 2>/dev/null) ||
      found=$(bounded "$probe_seconds" blkid "/dev/$name" 2>/dev/null | sed -n 's/.* LABEL="\([^"]*\)".*/\1/p')
    [ "$(lower "$found")" = "$label" ] && echo "/dev/$name"
  done | sort -u
}

list_optical() {
  for node in /dev/cdrom* /dev/sr*; do
    [ -b "$node" ] && readlink -f "$node"
  done | sort -u
}

# 0: mounted, and a config drive. Otherwise nothing is mounted and `failure` says why.
mount_drive() {
  mkdir -p "$mount_point"
  failure=$(bounded "$mount_seconds" mount -o ro,nosuid,nodev,noexec "$1" "$mount_point" 2>&1)
  code=$?
  if [ "$code" -ne 0 ]; then
    failure="$1: mount exited $code: $(complaint "$failure")"
    unmount_drive
    return 1
  fi
  for folder in openstack ec2; do
    if [ -d "$mount_point/$folder" ] && [ ! -L "$mount_point/$folder" ]; then return 0; fi
  done
  failure="$1: no config drive: holds neither openstack/ nor ec2/"
  unmount_drive
  return 1
}

# 0: a drive is mounted and `device` names it; 1: there is none now.
find_drive() {
  devices=$(list_labelled)
  [ -n "$devices" ] || devices=$(list_probed)
  if [ -n "$devices" ]; then
    device=$(printf '%s\n' "$devices" | sed 1q)
    [ "$device" = "$devices" ] ||
      finish 11 "several drives labelled $label: $(printf '%s' "$devices" | tr '\n' ' '); nothing was applied; next: detach all but one, or: $0 --device $device"
    mount_drive "$device" || finish 12 "$failure; nothing was applied; next: check the drive (blkid, dmesg), then run $0 again"
    return 0
  fi
  for device in $(list_optical); do
    # Without a label only a config drive's content counts: an empty tray is no failure.
    mount_drive "$device" && return 0
  done
  return 1
}

wait_for_drive() {
  if is_drive_required; then must=1 limit=$wait_required; else must='' limit=$wait; fi
  waited=0
  until find_drive; do
    if [ "$waited" -ge "$limit" ]; then
      [ -n "$must" ] || finish 0 "no drive labelled $label; nothing to do"
      finish 10 "no drive labelled $label appeared in $limit s; nothing was applied; next: attach it, then reboot or run $0"
    fi
    sleep 1
    waited=$((waited + 1))
  done
}

# What the drive says, into address, mac, prefix, gateway (empty: not said) and problem (what was wrong with it). A damaged file
# costs what only that file says.
read_drive() {
  address='' mac='' prefix='' gateway='' problem='' over_limit='' carries_user_data=''
  latest=$mount_point/openstack/latest
  if [ ! -L "$latest" ] && [ -f "$latest/user_data" ] && [ -s "$latest/user_data" ]; then carries_user_data=1; fi

  file=openstack/latest/meta_data.json
  uuid=$(read_json "$uuid_program" unused= openstack latest meta_data.json)
  note_damage $? "$file"
  read_dmi product_name
  case $dmi in
    'openstack nova' | 'openstack compute')
      read_dmi product_uuid
      [ -z "$uuid" ] || [ -z "$dmi" ] || [ "$uuid" = "$dmi" ] ||
        finish 41 "the drive is for instance $uuid, this machine is $dmi; nothing was applied; next: attach the drive of this instance"
      ;;
  esac

  file=ec2/latest/meta-data.json
  address=$(read_json "$local_ipv4_program" unused= ec2 latest meta-data.json)
  ec2_status=$?
  note_damage "$ec2_status" "$file"
  if [ "$address" = invalid ]; then
    address=
    problem=${problem:-"$file local-ipv4: expected an IPv4 address of a host, found another value"}
  fi

  file=openstack/latest/network_data.json
  facts=$(read_json "$network_program" "wanted=$address" openstack latest network_data.json)
  network_status=$?
  note_damage "$network_status" "$file"
  if [ "$ec2_status$network_status" = 11 ]; then problem=${problem:-"neither ec2/latest/meta-data.json nor $file is on the drive"}; fi
  while read -r key value; do
    case $key in
      address) address=$value ;;
      mac) mac=$value ;;
      prefix) prefix=$value ;;
      gateway) gateway=$value ;;
      problem) problem=${problem:-"$file $value"} ;;
      note) note "$value" ;;
      refuse) finish 22 "$file $value; no address was set; $not_done; next: rebuild the drive" ;;
    esac
  done <<LINES
$facts
LINES
  [ -n "$address" ] || [ -z "$problem" ] ||
    finish $((13 + ${over_limit:-0})) "$problem; nothing was applied; next: rebuild the drive"
}

# Usage: note_damage STATUS_OF_READ_JSON FILE
note_damage() {
  case $1 in
    0 | 1) return ;;
    2) damage='is not a regular file' ;;
    4) damage="is larger than $json_limit bytes" over_limit=1 ;;
    3) damage='is not a map in JSON' ;;
    *) damage='cannot be read by the awk of this guest' ;;
  esac
  problem=${problem:-"$2 $damage"}
}

# Hardware, or a plain Ethernet link such as veth: not what is stacked on another link and bears its MAC address.
is_hardware() { [ -e "/sys/class/net/$1/device" ]; }
is_ethernet() {
  is_hardware "$1" && return 0
  [ "$(cat "/sys/class/net/$1/type" 2>/dev/null)" = 1 ] || return 1
  for stacked in "/sys/class/net/$1"/bridge "/sys/class/net/$1"/bonding "/sys/class/net/$1"/tun_flags "/sys/class/net/$1"/lower_*; do
    [ ! -e "$stacked" ] || return 1
  done
  ! grep -q '^DEVTYPE=' "/sys/class/net/$1/uevent" 2>/dev/null
}

# Links whose MAC address is $1 (any when empty) for which the test $2 holds.
list_nics() {
  for folder in /sys/class/net/*; do
    name=${folder##*/}
    if [ "$name" = lo ] || [ ! -r "$folder/address" ]; then continue; fi
    if [ -n "$1" ] && [ "$(lower "$(cat "$folder/address")")" != "$1" ]; then continue; fi
    "$2" "$name" && echo "$name"
  done
}

describe_nics() {
  present=$(for name in $(list_nics '' is_ethernet | sed 8q); do printf '%s, ' "$name $(cat "/sys/class/net/$name/address")"; done)
  if [ -n "$present" ]; then echo "${present%, }"; else echo none; fi
}

# 0: `nic` is the one. Otherwise `failure` says why.
find_nic() {
  if [ -z "$mac" ] && [ -e "/sys/class/net/$interface" ]; then
    nic=$interface
    return 0
  fi
  nic=$(list_nics "$mac" is_hardware)
  [ -n "$nic" ] || nic=$(list_nics "$mac" is_ethernet)
  # shellcheck disable=SC2086
  set -- $nic
  [ $# -ne 1 ] || return 0
  if [ $# -gt 1 ] && [ -n "$mac" ]; then failure="several NICs have MAC $mac: $*"
  elif [ -n "$mac" ]; then failure="no NIC has MAC $mac (network_data.json); present: $(describe_nics)"
  else failure="which NIC is meant is not said: no MAC, none is named $interface (config: network.interface); present: $(describe_nics)"
  fi
  return 1
}

wait_for_nic() {
  waited=0
  until find_nic; do
    [ "$waited" -lt "$nic_wait" ] ||
      finish 22 "$failure; no address was set; $not_done; next: fix the port's MAC address or attach the port, then run $0"
    sleep 1
    waited=$((waited + 1))
  done
}

# IPv4 addresses of the NIC with prefix, one a line. ifconfig of net-tools 1 and busybox writes addr: and Mask:, net-tools 2 does not.
list_addresses() {
  if [ "$tool" = ip ]; then
    ip -o -4 addr show dev "$nic" | sed -n 's/.* inet \([0-9./]*\) .*/\1/p'
  else
    ifconfig "$nic" | sed -n 's/^ *inet \(addr:\)\{0,1\}\([0-9.]*\) .*\(netmask \|Mask:\)\([0-9.]*\).*/\2 \4/p' |
      awk "$ipv4_awk"'{ print $1 "/" parse_mask($2) }'
  fi
}

# Gateways of the NIC's IPv4 default routes, one a line. The kernel writes addresses as hexadecimal words of its own byte order (little-endian).
list_gateways() {
  awk -v "nic=$nic" '
    function octet(hex) { return (index("0123456789ABCDEF", substr(hex, 1, 1)) - 1) * 16 + index("0123456789ABCDEF", substr(hex, 2, 1)) - 1 }
    $1 == nic && $2 == "00000000" && $8 == "00000000" {
      print octet(substr($3, 7, 2)) "." octet(substr($3, 5, 2)) "." octet(substr($3, 3, 2)) "." octet(substr($3, 1, 2))
    }' /proc/net/route | sort -u
}

is_up() { [ $(($(cat "/sys/class/net/$nic/flags") & 1)) -eq 1 ]; }

has_address() { is_up && [ "$(list_addresses | grep -v '^169\.254\.')" = "$address/$prefix" ]; }

has_gateway() { [ "$gateway" = none ] || [ "$(list_gateways)" = "$gateway" ]; }

# Runs a network command; on failure `failure` holds its last line. Usage: attempt COMMAND…
attempt() {
  failure=$(bounded 10 "$@" 2>&1) && return 0
  failure="$1 exited $?: $(complaint "$failure")"
  return 1
}

set_address() {
  before=$(list_addresses)
  if [ "$tool" = ip ]; then
    for other in $before; do
      case $other in
        "$address/$prefix" | 169.254.*) ;;
        *) attempt ip addr del "$other" dev "$nic" || return 1 ;;
      esac
    done
    if [ "$broadcast" = none ]; then set --; else set -- broadcast +; fi
    attempt ip addr replace "$address/$prefix" "$@" dev "$nic" && attempt ip link set "$nic" up
  else
    if [ "$broadcast" = none ]; then set --; else set -- broadcast "$broadcast"; fi
    attempt ifconfig "$nic" "$address" netmask "$netmask" "$@" up
  fi || return 1
  has_address && return 0
  failure="$nic does not have $address/$prefix although $tool exited 0"
  return 1
}

# Other addresses give way before the new one is set: after a failure they come back.
put_addresses_back() {
  if [ "$tool" = ip ]; then for other in $before; do ip addr replace "$other" dev "$nic" 2>/dev/null; done; fi
  [ "$(list_addresses)" = "$before" ]
}

set_gateway() {
  for other in $(list_gateways); do
    if [ "$other" = "$gateway" ]; then continue; fi
    if [ "$tool" = ip ]; then attempt ip route del default via "$other" dev "$nic"
    else attempt route del default gw "$other" dev "$nic"
    fi || return 1
  done
  if [ "$tool" = ip ]; then
    # A gateway outside the subnet (a /32, most often) is reached by a route to the link.
    [ "$reach" = inside ] || attempt ip route replace "$gateway/32" dev "$nic" || return 1
    # prepend, not replace: the kernel would replace a default route of another link.
    has_gateway || attempt ip route prepend default via "$gateway" dev "$nic"
  else
    [ "$reach" = inside ] || attempt route add -host "$gateway" dev "$nic" || return 1
    has_gateway || attempt route add default gw "$gateway" dev "$nic"
  fi || return 1
  has_gateway && return 0
  failure="the default route via $gateway is not there although $tool exited 0"
  return 1
}

choose_tool() {
  if have ifconfig && have route; then tool=ifconfig
  elif have ip; then tool=ip
  else finish 20 "neither ifconfig and route (package net-tools) nor ip (package iproute2) is installed; no address was set; $not_done"
  fi
}

# Fills in what the drive does not say, and `guessed` with its names.
guess_missing() {
  guessed=
  if [ -z "$prefix" ]; then
    prefix=$default_prefix
    guessed=prefix
  fi
  if [ -z "$gateway" ]; then
    case $default_gateway in
      none | *.*) gateway=$default_gateway ;;
      *) gateway=${address%.*}.$default_gateway ;;
    esac
    if [ "$gateway" = "$address" ]; then gateway=none; fi
    if [ "$gateway" != none ]; then guessed="${guessed:+$guessed and }gateway"; fi
  fi
}

apply_network() {
  changed=
  has_address || {
    changed=1
    set_address || {
      if put_addresses_back; then finish 20 "$failure; $nic is as it was; $not_done; next: run $0 again"; fi
      finish 21 "$failure; $nic could not be put back; $not_done; next: check ip addr or ifconfig, then run $0 again"
    }
  }
  has_gateway || {
    changed=1
    set_gateway || finish 21 "$failure; $nic has $address/$prefix but not its gateway $gateway; $not_done; next: run $0 again"
  }
}

main() {
  device=
  case $#:${1-} in
    0:) ;;
    1:--help) usage; exit 0 ;;
    2:--device) device=$2 ;;
    *) usage >&2; exit 64 ;;
  esac
  [ "$(id -u)" = 0 ] || finish 77 'expected to run as root'
  have awk || finish 1 'awk: command not found; nothing was applied; next: install awk (mawk, gawk or busybox)'
  mkdir -p "$private" || finish 30 "$private: cannot be made; nothing was applied"
  chmod 0755 "${private%/*}"
  if timeout -s KILL 5 true 2>/dev/null; then has_timeout=1; fi
  read_settings

  if ! (set -C; echo $$ >"$lock") 2>/dev/null; then
    holder=$(cat "$lock" 2>/dev/null)
    if [ -z "$holder" ] || [ -d "/proc/$holder" ]; then finish 40 "another run is in progress (process ${holder:-unknown})"; fi
    echo $$ >"$lock"
  fi
  held=1
  unmount_drive || finish 74 "$mount_point cannot be unmounted; next: umount -l $mount_point"

  # A NIC that udev has yet to rename would lose its new name once it is up.
  if have udevadm; then bounded 10 udevadm settle --timeout=8 >/dev/null 2>&1 || :; fi
  if [ -n "$device" ]; then
    mount_drive "$device" || finish 12 "$failure; nothing was applied; next: check the drive (blkid, dmesg)"
  else
    wait_for_drive
  fi
  note "drive      $device"
  read_drive
  unmount_drive || finish 74 "$mount_point cannot be unmounted; nothing was applied; next: umount -l $mount_point"
  if [ -z "$address" ]; then finish 0 "the drive gives no static IPv4 address; the network is left alone; $not_done"; fi

  guess_missing
  read -r netmask broadcast reach <<LINE
$(awk -v "address=$address" -v "prefix=$prefix" -v "gateway=$gateway" "$ipv4_awk$subnet_program")
LINE
  [ -n "$reach" ] || finish 1 "the awk of this guest cannot compute a subnet; nothing was applied; next: install another awk"
  choose_tool
  wait_for_nic
  note "network    $nic $address/$prefix via $gateway${guessed:+   ~ guessed: $guessed}   with $tool"
  apply_network

  result="$nic $address/$prefix"
  if [ "$gateway" != none ]; then result="$result via $gateway"; fi
  result="$result${guessed:+ ($guessed guessed)}"
  if [ -z "$changed" ]; then result="$result, already so"; fi
  after="by the fallback, gone at the next boot unless it runs again"
  if [ -n "$problem" ]; then finish 2 "$result, $after; $problem; $not_done; next: rebuild the drive"; fi
  # Where cloud-init is enabled, users, keys and user_data are its business.
  if [ -e /run/cloud-init/enabled ]; then finish 0 "$result, $after; the rest is cloud-init's"; fi
  if [ -n "$carries_user_data" ]; then
    finish 2 "$result, $after; the drive's user_data was not applied; $not_done; next: an image with glibc 2.28 or newer, or cloud-init"
  fi
  finish 0 "$result, $after; $not_done"
}

held='' verdict='' has_timeout=''
trap clean_up EXIT
trap stop HUP INT TERM
main "$@"
