// Key of cloud-init's ntp.

import * as v from 'valibot';
import { explainUnusablePath } from '../write-files/guest-path.ts';

const hostExpected = 'a host name or an address';
/** No blank and no line break: one word of a configuration file. */
const Host = v.pipe(v.string(hostExpected), v.regex(/^[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}$/, hostExpected));
const subnetExpected = 'a subnet such as "10.0.0.0/8", an address or a host name';
const Subnet = v.pipe(v.string(subnetExpected), v.regex(/^[A-Za-z0-9:][A-Za-z0-9.:/_-]{0,252}$/, subnetExpected));
const nameExpected = 'a name of letters, digits, dots and hyphens';
const Name = v.pipe(v.string(nameExpected), v.regex(/^[A-Za-z0-9][A-Za-z0-9@._+-]{0,99}$/, nameExpected));
const programExpected = 'the name of a program or its absolute path';

const Path = v.pipe(
  v.string('an absolute path'),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? explainUnusablePath(dataset.value) : undefined;
    if (problem !== undefined) addIssue({ message: problem });
  }),
);

const hosts = v.optional(v.array(Host, 'a list of servers'), []);

const NtpSettings = v.strictObject({
  enabled: v.optional(v.boolean('true or false'), true),
  ntp_client: v.optional(Name, 'auto'),
  servers: hosts,
  pools: hosts,
  peers: hosts,
  allow: v.optional(v.array(Subnet, 'a list of subnets'), []),
  config: v.optional(
    v.strictObject({
      confpath: v.optional(Path),
      check_exe: v.optional(v.pipe(v.string(programExpected), v.regex(/^(?:\/[\w.+/-]+|[\w.+-]+)$/, programExpected))),
      packages: v.optional(v.array(Name, 'a list of packages')),
      service_name: v.optional(Name),
      template: v.optional(v.string('text')),
    }),
    {},
  ),
});

export const Ntp = v.object({ ntp: v.optional(NtpSettings) });
export type Ntp = v.InferOutput<typeof Ntp>;
export type NtpSettings = v.InferOutput<typeof NtpSettings>;
