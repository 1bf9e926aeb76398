// npm run demo: the whole job, for real, on a throw-away copy of this machine, from the example drive in docs/examples/drive.
// Builds the program first, and proves by a digest taken before and after that this machine was left as it was.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { requireBuiltProgram } from '../test/support/built-program.ts';
import { compareHosts, digestHost, type HostDigest } from '../test/support/host-digest.ts';

const root = dirname(import.meta.dirname);
const drive = 'docs/examples/drive';

try {
  if (process.getuid?.() !== 0) throw new Error('the demo makes namespaces and mounts: run it as root');
  process.exitCode = showDemo();
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

function showDemo(): number {
  const { executable, info } = requireBuiltProgram();
  console.log(`$ guest-init rehearse --source ${drive}      (${info.version}, one file, Node ${info.node} inside)`);
  const before = digestHost();
  const { status, error } = spawnSync(executable, ['rehearse', '--source', join(root, drive)], {
    cwd: root,
    stdio: 'inherit',
  });
  const after = digestHost();
  if (error !== undefined) console.error(`demo: ${error.message}`);
  const differences = compareHosts(before, after);
  console.log(`\nhost untouched: ${differences.length === 0 ? 'yes' : 'NO'} (${describeParts(before)})`);
  console.log(`  before ${condense(before)}\n  after  ${condense(after)}`);
  for (const line of differences) console.log(`  ${line}`);
  return status === 0 && differences.length > 0 ? 1 : (status ?? 1);
}

function describeParts({ links, routes, mounts, loopDevices, etc }: HostDigest): string {
  return `${links.size} links, ${routes.size} routes, ${mounts.size} mounts, ${loopDevices.size} loop devices, host name, ${etc.size} files in /etc`;
}

function condense(digest: HostDigest): string {
  const parts = Object.entries(digest).map(([part, entries]) => [part, [...entries]]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
