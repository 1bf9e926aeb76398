#!/bin/sh
# ExecStopPost of both units: what a run that was killed could not say itself. systemd.exec(5) gives SERVICE_RESULT and EXIT_STATUS.
# Usage: last-words STAGE
PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022
folder=${GUEST_INIT_RUNTIME:-/run/guest-init}

# With OOMPolicy=continue systemd tells only of the signal; the kernel counts whom it ended, cgroup v2 alone.
ran_out_of_memory() {
  group=$(sed -n 's/^0:://p' /proc/self/cgroup 2>/dev/null)
  [ -n "$group" ] && grep -q '^oom_kill [1-9]' "${GUEST_INIT_CGROUPS:-/sys/fs/cgroup}$group/memory.events" 2>/dev/null
}

case ${SERVICE_RESULT:-success} in
  # It has told the end itself, or nothing went wrong.
  success | exit-code | exec-condition) exit 0 ;;
  timeout) why='ran out of time, stopped by systemd' ;;
  oom-kill) why='was killed: the guest ran out of memory' ;;
  signal | core-dump)
    why="was killed by signal ${EXIT_STATUS:-unknown}"
    if [ "${EXIT_STATUS-}" = KILL ] && ran_out_of_memory; then why='was killed: the guest ran out of memory'; fi
    ;;
  *) why="was stopped by systemd: $SERVICE_RESULT" ;;
esac
message="the $1 stage $why"
hint='the rest is done by the next run: guest-init run'
echo "guest-init: FAILED (1) $message; $hint"

# As the agent writes them: above the login prompt, and for those who wait.
write() {
  mkdir -p "$folder" && cat >"$folder/.$1.$$" && mv -f "$folder/.$1.$$" "$folder/$1"
}
printf 'guest-init: FAILED (1) %s\n            %s\n\n' "$message" "$hint" | write issue
[ "$1" = late ] && echo "1 FAILED (1) $message" | write ready
if [ -e /run/agetty.reload ]; then agetty --reload; fi
exit 0
