# What the network services themselves make of rendered files. Argument: a folder of CASE/{netplan,ifupdown,network-manager}; answers are
# written beside the files. Two processes at a time.
set -eu
cd "$1"
mkdir -p /run/network

cat > /tmp/netplan-case <<'END'
umask 022
s=0; /usr/libexec/netplan/generate --root-dir "$PWD/$1" > "$1/said" 2>&1 || s=$?
echo "$s" > "$1/status"
END
cat > /tmp/ifupdown-case <<'END'
s=0; ifup --no-act --verbose --force --no-scripts -i "$1/interfaces" -a > "$1/commands" 2>&1 || s=$?
echo "$s" > "$1/status"
mkdir "$1/words"
for link in $(ifquery -i "$1/interfaces" --list); do ifquery -i "$1/interfaces" "$link" > "$1/words/$link"; done
END
# Autoconnect is on either way: nmcli reads the profile, checks it and writes it again in its own form.
cat > /tmp/profile-case <<'END'
nmcli --offline connection modify connection.autoconnect yes < "$1" > "$1.read" 2> "$1.said" || rm "$1.read"
END
find . -type d -path './*/netplan' -print0 | xargs -0 -r -P 2 -n 1 sh -eu /tmp/netplan-case
find . -type d -path './*/ifupdown' -print0 | xargs -0 -r -P 2 -n 1 sh -eu /tmp/ifupdown-case
find . -type f -name '*.nmconnection' -print0 | xargs -0 -r -P 2 -n 1 sh -eu /tmp/profile-case
