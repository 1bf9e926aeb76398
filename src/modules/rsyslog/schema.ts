// Key of cloud-init's rsyslog, and the keys of its old form.

import * as v from 'valibot';
import { explainUnusablePath } from '../write-files/guest-path.ts';

const nameExpected = 'a file name, or an absolute path';
const FileName = v.pipe(
  v.string(nameExpected),
  v.check(
    (name) => (name.startsWith('/') ? explainUnusablePath(name) === undefined : /^[A-Za-z0-9][\w.-]{0,99}$/.test(name)),
    nameExpected,
  ),
);
const Folder = v.pipe(
  v.string('an absolute path'),
  v.check((path) => explainUnusablePath(path) === undefined, 'an absolute path'),
);
const text = v.string('lines of rsyslog.conf(5)');
const Config = v.union(
  [text, v.strictObject({ content: text, filename: v.optional(FileName) })],
  'lines of rsyslog.conf(5), or a map with content and filename',
);
const Configs = v.array(Config, 'a list of configurations');
const nameOfPackage = 'a list of packages';

const Settings = v.strictObject({
  configs: v.optional(Configs, []),
  config_dir: v.optional(Folder, '/etc/rsyslog.d'),
  config_filename: v.optional(FileName, '20-cloud-config.conf'),
  remotes: v.optional(v.record(v.string(), v.nullable(v.string('[filter] [@|@@]host[:port]'))), {}),
  service_reload_command: v.optional(
    v.union(
      [v.literal('auto'), v.pipe(v.array(v.string('a word')), v.minLength(1, 'a command with at least one word'))],
      '"auto", or a command as a list of words',
    ),
    'auto',
  ),
  install_rsyslog: v.optional(v.boolean('true or false'), false),
  check_exe: v.optional(
    v.pipe(v.string('a program'), v.regex(/^(?:\/[\w.+/-]+|[\w.+-]+)$/, 'the name of a program or its absolute path')),
    'rsyslogd',
  ),
  packages: v.optional(v.array(v.pipe(v.string(nameOfPackage), v.regex(/^[\w.+-]{1,100}$/, nameOfPackage))), [
    'rsyslog',
  ]),
});

export const Rsyslog = v.object({
  rsyslog: v.optional(v.union([Settings, Configs], 'a map, or (deprecated) a list of configurations')),
  rsyslog_dir: v.optional(Folder),
  rsyslog_filename: v.optional(FileName),
});
export type Rsyslog = v.InferOutput<typeof Rsyslog>;
export type Settings = v.InferOutput<typeof Settings>;
