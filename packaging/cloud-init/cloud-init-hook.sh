#!/bin/sh
# Run by cloud-init in its final stage, once per instance (/var/lib/cloud/scripts/per-instance/50-guest-init is a link to this file).
# The exit status is guest-init's: cloud-init reports a script whose status is not 0 as failed.

agent=/usr/bin/guest-init
fallback=/usr/lib/guest-init/fallback

# A person's cloud-init single, in a boot that guest-init has done without cloud-init.
if [ -e /run/guest-init/replaces-cloud-init ]; then
  echo 'guest-init: cloud-init is replaced in this boot (with_cloud_init); nothing to do as its script'
  exit 0
fi

# What switches the units off switches this off.
read -r words </proc/cmdline
case " $words " in
  *' guest-init=off '*)
    echo 'guest-init: switched off by guest-init=off on the kernel command line; nothing was applied'
    exit 0
    ;;
esac

# What cloud-init was started with is not for us, nor do we run as a unit of ours.
unset GUEST_INIT_STARTED_BY NODE_OPTIONS NODE_EXTRA_CA_CERTS NODE_V8_COVERAGE LD_PRELOAD

"$agent" run
status=$?

# The loader's statuses (libc too old, no such loader, another machine's program). 1 may be the agent's own as well.
case $status in
  1 | 126 | 127) ;;
  *) exit "$status" ;;
esac
reason=$("$agent" --version 2>&1 >/dev/null) && exit "$status"

echo "guest-init: $agent cannot start: $(printf '%s\n' "${reason:-exit $status}" | head -n 1); using $fallback" >&2
if [ ! -x "$fallback" ]; then
  echo "guest-init: FAILED ($status) $fallback: no such program; nothing was applied" >&2
  exit "$status"
fi
exec "$fallback"
