// What the product makes of an input: read as a drive, interpreted, planned for a guest that has everything. Nothing of the machine
// under the test plays a part, so the answer is the same everywhere.

import type { Diagnostic } from '../../src/core/diagnostic.ts';
import type { Facts } from '../../src/core/facts.ts';
import type { Step } from '../../src/core/plan.ts';
import { defaultPolicy } from '../../src/core/policy.ts';
import { completeReading } from '../../src/datasources/complete-reading.ts';
import { configDrive } from '../../src/datasources/config-drive/index.ts';
import type { DriveReader } from '../../src/datasources/drive-reader.ts';
import { createMemoryDrive, type MemoryDriveEntry } from '../../src/datasources/testing/memory-drive.ts';
import { createDriveReader } from '../../src/host/drive-reader.ts';
import { createMemoryHost, plainFacts } from '../../src/host/memory.ts';
import { daemons } from '../../src/modules/coreos/services/fields.ts';
import { planFromInput } from '../../src/pipeline/plan-input.ts';
import { withDriveFolder } from './drive-folder.ts';
import type { CorpusClass, CorpusInput } from './entry.ts';

export type Judgement = {
  /** In the form of `Entry`'s third field. */
  readonly verdict: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly steps: readonly Step[];
};

const metaDataPath = 'openstack/latest/meta_data.json';
const userDataPath = 'openstack/latest/user_data';
const interfacesPath = 'openstack/content/0000';
const ownFiles: Readonly<Record<CorpusClass, string>> = {
  json: metaDataPath,
  yaml: userDataPath,
  envelope: userDataPath,
  'cloud-config': userDataPath,
  network: 'openstack/latest/network_data.json',
  drive: metaDataPath,
};

export const metaData = { uuid: '8c1c4b6e-0000-4000-8000-000000000001', hostname: 'web-1' };

const networkData = {
  links: [{ id: 'tap0', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:05' }],
  networks: [
    {
      id: 'n0',
      type: 'ipv4',
      link: 'tap0',
      ip_address: '192.0.2.5',
      netmask: '255.255.255.0',
      routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.0.2.1' }],
    },
  ],
};

/** The guest that has everything. */
export const facts: Facts = {
  ...plainFacts,
  systemd: true,
  daemons: Object.values(daemons).map(({ unit }) => unit),
  links: ['05', '06', '07'].map((end, at) => {
    const mac = `fa:16:3e:00:00:${end}`;
    return { name: `eth${at}`, mac, physical: true, ethernet: true, up: false, addresses: [] };
  }),
};

/** The path of the file that an input is. */
export function ownFile(className: CorpusClass, input: CorpusInput): string {
  return typeof input === 'object' && 'interfaces' in input ? interfacesPath : ownFiles[className];
}

/** Judges one input of a class. Throws only what the product throws. */
export async function judge(className: CorpusClass, input: CorpusInput): Promise<Judgement> {
  if (typeof input === 'object' && 'drive' in input) {
    return await withDriveFolder({ ...input.drive }, JSON.stringify(metaData), (folder) =>
      judgeDrive(createDriveReader(folder), ''),
    );
  }
  const files: Record<string, MemoryDriveEntry> = {
    [metaDataPath]: { json: metaData },
    'openstack/latest/network_data.json': { json: networkData },
  };
  const own = ownFile(className, input);
  if (typeof input === 'object' && 'interfaces' in input) {
    delete files['openstack/latest/network_data.json'];
    files[metaDataPath] = { json: { ...metaData, network_config: { content_path: '/content/0000' } } };
    files[own] = input.interfaces;
  } else {
    files[own] = input;
  }
  return await judgeDrive(createMemoryDrive(files), own);
}

async function judgeDrive(reader: DriveReader, own: string): Promise<Judgement> {
  const { instance, refusal, diagnostics } = await completeReading(configDrive.read(reader, { adminPassword: true }));
  let found = [...diagnostics];
  let steps: readonly Step[] = [];
  if (instance !== undefined) {
    const { host } = createMemoryHost({ facts });
    const plan = await planFromInput({ instance, host, policy: { ...defaultPolicy, admin_pass: true }, facts });
    found = [...found, ...plan.diagnostics];
    steps = plan.steps;
  } else if (refusal === undefined) {
    throw new Error('neither an instance nor a refusal');
  }
  const verdict = [...(instance === undefined ? ['refused'] : []), ...found.map((one) => describeProblem(one, own))];
  return { verdict: verdict.join('; ') || 'plan', diagnostics: found, steps };
}

/** A diagnostic as the tables have it; `own` is the path that is left out. */
export function describeProblem({ severity, code, source, line, column }: Diagnostic, own: string): string {
  const place = [...(source === own ? [] : [source]), ...(line === undefined ? [] : [line, column])].join(':');
  return `${severity === 'error' ? '' : `${severity} `}${code} ${place || '-'}`;
}
