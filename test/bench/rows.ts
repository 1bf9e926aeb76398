// The rows of the benchmark: what is run, in which guest, and the proof that it did its job. Every run gets a guest of its own.
import { join } from 'node:path';
import { cable } from '../support/instances.ts';
import { bindProduct, findPinnedNode } from '../support/product.ts';
import { type Sandbox, type SandboxOptions, withSandbox } from '../support/sandbox.ts';
import { minimalDrive, typicalCounts, typicalDrive } from './drives.ts';

export type Measurement = { wallMs: number; cpuMs: number; peakKib: number; privateKib: number; readMib: number };

export type Row = {
  readonly name: string;
  readonly sandbox: SandboxOptions;
  readonly argv: readonly string[];
  /** Runs before the measured one in the same guest. */
  readonly first?: readonly string[];
  /** Throws unless the job was done. */
  readonly verify?: (box: Sandbox) => void;
};

const measure = '/opt/measure.pl';
const result = '/run/measure.json';
const links = [cable];
/** What runs and measures the command of a row. */
export const measureBind = [join(import.meta.dirname, 'measure.pl'), measure] as const;
const binds = [
  bindProduct(),
  [findPinnedNode(), '/opt/node'],
  measureBind,
  [join(import.meta.dirname, 'network-part.sh'), '/opt/network-part.sh'],
] as const;
/** No sshd that could be started: how long host keys take is chance, and no row makes them. */
const files = { '/usr/sbin/sshd': { content: '', mode: 0o644 } } as const;
const minimal: SandboxOptions = { links, binds, files, drives: [{ tree: minimalDrive }] };
const typical: SandboxOptions = { links, binds, files, drives: [{ tree: typicalDrive }] };

/** As ds-identify would leave it, and without host keys and locale, which no other row makes. */
const cloudInit: SandboxOptions = {
  ...typical,
  root: 'bookworm-cloud-init',
  files: {
    ...files,
    '/etc/cloud/cloud.cfg.d/99-bench.cfg':
      'datasource_list: [ConfigDrive, None]\nssh_deletekeys: false\nssh_genkeytypes: []\nlocale: false\n',
  },
};

const stages = ['init --local', 'init', 'modules --mode config', 'modules --mode final'];

export const nodeRow: Row = { name: 'node -e 0', sandbox: minimal, argv: ['/opt/node', '-e', '0'] };
export const shellRow: Row = {
  name: 'sh, network part',
  sandbox: minimal,
  argv: ['/opt/network-part.sh'],
  verify: verifyAddress,
};
export const versionRow: Row = {
  name: 'guest-init --version',
  sandbox: minimal,
  argv: ['/usr/bin/guest-init', '--version'],
};
export const minimalRow: Row = {
  name: 'guest-init, minimal',
  sandbox: minimal,
  argv: ['/usr/bin/guest-init', 'run'],
  verify: verifyAddress,
};
export const typicalRow: Row = {
  name: 'guest-init, typical',
  sandbox: typical,
  argv: ['/usr/bin/guest-init', 'run'],
  verify: verifyTypical,
};
export const secondRow: Row = {
  name: 'guest-init, second run',
  sandbox: typical,
  first: ['/usr/bin/guest-init', 'run'],
  argv: ['/usr/bin/guest-init', 'run'],
  verify: verifyTypical,
};
export const cloudInitRow: Row = {
  name: 'cloud-init, typical',
  sandbox: cloudInit,
  argv: ['/bin/sh', '-c', stages.map((stage) => `cloud-init ${stage} >/dev/null 2>&1`).join('; ')],
  verify: verifyTypical,
};

export const allRows: readonly Row[] = [nodeRow, shellRow, versionRow, minimalRow, typicalRow, secondRow, cloudInitRow];

/** One run of a row in a new guest. `sample`: measure private memory instead of time. */
export async function runRow(row: Row, options: { sample?: boolean; cold?: boolean } = {}): Promise<Measurement> {
  return withSandbox({ ...row.sandbox, coldLayers: options.cold ?? false }, async (box) => {
    if (row.first !== undefined) await box.exec(row.first);
    // Loads perl and libc, which any boot has loaded long before.
    await box.exec([measure, result, '/bin/true']);
    const before = box.readMib();
    const run = await box.run([measure, result, ...row.argv], {
      timeoutMs: 1_200_000,
      ...(options.sample ? { env: { SAMPLE: '1' } } : {}),
    });
    const found = JSON.parse(box.readFile(result)) as Measurement & { status: number };
    if (run.status !== 0 || found.status !== 0) {
      throw new Error(`${row.name} ended with ${found.status}: ${run.stdout}${run.stderr}`);
    }
    row.verify?.(box);
    return { ...found, readMib: box.readMib() - before };
  });
}

function verifyAddress(box: Sandbox): void {
  if (box.addresses()[0] !== '10.0.0.5/24') throw new Error(`address is ${box.addresses().join(', ')}`);
  if (box.driveMounts().length > 0) throw new Error('the drive is still mounted');
}

function verifyTypical(box: Sandbox): void {
  const passwd = box.readFile('/etc/passwd');
  for (let n = 0; n < typicalCounts.users; n += 1) {
    if (!passwd.includes(`\nuser${n}:`)) throw new Error(`user${n} was not made`);
    if (box.stat(`/home/user${n}/.ssh/authorized_keys`) === undefined) throw new Error(`user${n} has no key`);
  }
  for (let n = 0; n < typicalCounts.files; n += 1) {
    if (box.stat(`/etc/bench/file-${n}.conf`) === undefined) throw new Error(`file ${n} was not written`);
  }
  if (box.readFile('/etc/hostname') !== 'bench\n') throw new Error('the host name was not set');
  if (box.driveMounts().length > 0) throw new Error('the drive is still mounted');
}
