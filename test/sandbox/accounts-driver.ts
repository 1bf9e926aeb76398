// Runs inside the sandbox of accounts.test.ts: plans a document for the guest it finds, applies it with the real host, looks
// again, and prints what it saw as JSON. Standard input: {document, publicKeys, show: paths}.
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { executorFor } from '../../src/executors/index.ts';
import { createRealHost } from '../../src/host/real.ts';
import { planAccounts } from '../../src/modules/users/testing/plan-accounts.ts';

type Request = { document: string; publicKeys: string[]; show: string[] };

const { document, publicKeys, show } = JSON.parse(readFileSync(0, 'utf8')) as Request;
const host = createRealHost();
const instanceDirectory = '/var/lib/guest-init/instances/test';
mkdirSync(instanceDirectory, { recursive: true, mode: 0o700 });

const makePlan = () => planAccounts({ document, instance: { publicKeys }, facts: host.facts() });

const plan = makePlan();
const applied: [id: string, status: string, message: string][] = [];
for (const { id, action } of plan.steps) {
  const executor = executorFor(action);
  if (executor.inspect(action, host).state === 'same') {
    applied.push([id, 'unchanged', '']);
    continue;
  }
  try {
    const result = await executor.apply(action, host, {
      commandTimeoutMs: 10_000,
      instanceDirectory,
      environment: {},
      stepId: id,
    });
    applied.push([id, 'changed', result?.message ?? '']);
  } catch (error) {
    applied.push([id, 'failed', error instanceof Error ? error.message : String(error)]);
  }
}
const again = makePlan().steps.map(({ id, action }) => [id, executorFor(action).inspect(action, host).state]);

const stats = Object.fromEntries(
  show.map((path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return [path, stat === undefined ? undefined : `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`];
  }),
);
const texts = Object.fromEntries(
  ['/etc/passwd', '/etc/group', '/etc/shadow', ...show].map((path) => {
    try {
      return [path, readFileSync(path, 'utf8')];
    } catch {
      return [path, undefined];
    }
  }),
);
const check = (argv: readonly string[]) => {
  const [command = '', ...args] = argv;
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return error === undefined ? { status, output: `${stdout}${stderr}` } : undefined;
};
mkdirSync('/run/sshd', { recursive: true });
console.log(
  JSON.stringify({
    problems: plan.problems,
    applied,
    again,
    stats,
    texts,
    visudo: check(['/usr/sbin/visudo', '-c']),
    rights: check(['/usr/bin/sudo', '-l', '-U', 'ops']),
    sshd: check(['/usr/sbin/sshd', '-T']),
    ids: check(['/usr/bin/id', 'ops']),
  }),
);
