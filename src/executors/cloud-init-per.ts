// cloud-init-per for guests without cloud-init: a command that user_data written for cloud-init calls from bootcmd and from scripts, to have
// something done once for the guest or for the instance (its usage text: `cloud-init-per frequency name cmd [ arg1 [ arg2 [ ... ] ] ]`).

import type { ExecAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import { stateDirectory } from '../state/record.ts';
import { makeInstanceFolder } from './instance-folder.ts';
import { hasProgram } from './program.ts';

const program = 'cloud-init-per';

/** What was done once for the guest, whatever instance it is. */
const marksOfGuest = `${stateDirectory}/per`;

/**
 * Puts the command below `instanceDirectory` if this action calls it and the guest lacks it; gives the folder that holds it,
 * else undefined.
 */
export function provideCloudInitPer(
  { command }: ExecAction,
  host: Host,
  instanceDirectory: string,
): string | undefined {
  if (!isCalled(command) || hasProgram(program, host)) return undefined;
  const folder = makeInstanceFolder(instanceDirectory, 'bin', host);
  const script = describeScript(`${instanceDirectory}/per`);
  host.writeFile(`${folder}/${program}`, script, { mode: 0o700, uid: 0, gid: 0 });
  return folder;
}

function isCalled(command: ExecAction['command']): boolean {
  if ('shell' in command) return command.shell.includes(program);
  if ('argv' in command) return command.argv.some((word) => word.includes(program));
  return Buffer.from(command.script.buffer, command.script.byteOffset, command.script.length).includes(program);
}

/** As cloud-init's: the mark is made when the command has ended, whether it went well or not. */
function describeScript(marksOfInstance: string): string {
  return `#!/bin/sh
fail() {
  echo "${program}: $1" >&2
  exit 1
}
[ $# -ge 3 ] || fail 'expected: FREQUENCY NAME COMMAND [ARGUMENT...]'
case $1 in
  always) marks= ;;
  instance) marks=${marksOfInstance} ;;
  once) marks=${marksOfGuest} ;;
  *) fail 'expected always, instance or once as the first word' ;;
esac
case $2 in '' | */* | . | ..) fail 'expected a name that can be a file as the second word' ;; esac
mark=$marks/$2
shift 2
[ -n "$marks" ] || exec "$@"
[ ! -e "$mark" ] || exit 0
status=0
"$@" || status=$?
mkdir -p -m 700 "$marks" && echo "$status" > "$mark" || fail "$mark cannot be written"
exit "$status"
`;
}
