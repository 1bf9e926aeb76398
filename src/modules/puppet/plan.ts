// Plans the package, the files of a Puppet agent, a run of it, and its service, in the late stage.

import type { ModuleContext } from '../../core/define.ts';
import { instanceName } from '../../core/instance-config.ts';
import type { Step } from '../../core/plan.ts';
import { Secret } from '../../core/secret.ts';
import { formatShellWord } from '../../core/shell-word.ts';
import { chooseHostNames } from '../hostname/names.ts';
import { planInstall } from '../packages/plan-install.ts';
import type { Puppet } from './schema.ts';

type Given = NonNullable<Puppet['puppet']>;

/** Where Debian's package and Puppet's own keep what they read. */
const places = {
  packages: {
    conf: '/etc/puppet',
    ssl: '/var/lib/puppet/ssl',
    program: 'puppet',
    owner: 'puppet',
    packages: ['puppet-agent', 'puppet'],
  },
  aio: {
    ...{ conf: '/etc/puppetlabs/puppet', ssl: '/etc/puppetlabs/puppet/ssl', packages: ['puppet-agent'], owner: 'root' },
    program: '/opt/puppetlabs/bin/puppet',
  },
} as const;

/** Steps `puppet/install`, `puppet/conf`, `/ca_cert`, `/csr_attributes`, `/exec`, and the service. */
export function planPuppet(context: ModuleContext<Puppet>): Step[] {
  const given = context.config.puppet;
  if (given === undefined) return [];
  reportUnsupported(given, context);
  const place = places[given.install_type ?? 'packages'];
  const common = { module: 'puppet', stage: 'late' } as const;
  const { ca_cert, settings } = readConf(given, context);
  const install = planPackages(given, context);
  const before = install === undefined ? [] : [install];
  const steps: Step[] = [...before];
  if (Object.keys(settings).length > 0) {
    const path = given.conf_file ?? `${place.conf}/puppet.conf`;
    steps.push({
      ...{ ...common, id: 'puppet/conf', summary: path, source: context.place(['puppet', 'conf']) },
      action: { kind: 'sections', path, mode: 0o644, settings },
    });
  }
  if (ca_cert !== undefined) {
    const path = `${given.ssl_dir ?? place.ssl}/certs/ca.pem`;
    steps.push({
      ...{ ...common, id: 'puppet/ca_cert', summary: path, source: context.place(['puppet', 'conf', 'ca_cert']) },
      action: { kind: 'file', path, content: ca_cert, mode: 0o644, owner: place.owner, group: 'root' },
    });
  }
  if (given.csr_attributes !== undefined) {
    const path = given.csr_attributes_path ?? `${place.conf}/csr_attributes.yaml`;
    // Preshared keys and challenge passwords are in it; JSON is YAML.
    const content = new Secret(`${JSON.stringify(given.csr_attributes, null, 2)}\n`);
    steps.push({
      ...{ ...common, id: 'puppet/csr_attributes', summary: path, source: context.place(['puppet', 'csr_attributes']) },
      action: { kind: 'file', path, content, mode: 0o600, owner: 'root', group: 'root' },
    });
  }
  const files = steps.filter((step) => step !== install).map(({ id }) => id);
  const needs = steps.map(({ id }) => id);
  if (given.exec === true) {
    const { exec_args = ['--test'] } = given;
    const words = typeof exec_args === 'string' ? exec_args.split(/\s+/).filter((word) => word !== '') : exec_args;
    const line = [place.program, 'agent', ...words].map(formatShellWord).join(' ');
    // With --test 2 means that something was changed, puppet-agent(8).
    const shell = words.some((word) => /^(?:-t|--test|--detailed-exitcodes)$/.test(word))
      ? `${line}; code=$?; [ $code -ne 2 ] || code=0; exit $code`
      : line;
    steps.push({
      ...{
        ...common,
        id: 'puppet/exec',
        summary: 'puppet agent',
        source: context.place(['puppet', 'exec']),
        needs,
      },
      action: { kind: 'exec', label: 'puppet agent', command: { shell } },
    });
  }
  if (given.start_service === false) return steps;
  const source = context.place(['puppet']);
  return [
    ...steps,
    {
      ...{ ...common, id: 'puppet/renew', summary: 'puppet told of it, if it runs', source },
      action: { kind: 'service', units: ['puppet.service'], verb: 'restart', onChangeOf: files },
    },
    {
      ...{ ...common, id: 'puppet/service', summary: 'puppet', source, needs },
      action: { kind: 'daemon', name: 'puppet', packages: listNames(given) },
    },
  ];
}

/** The owner of some files comes with it. Puppet's own packages come by an installer of theirs, which is not downloaded. */
function planPackages(given: Given, context: ModuleContext<Puppet>): Step | undefined {
  if (given.install === false || given.install_type === 'aio') return undefined;
  const { version } = given;
  const packages = listNames(given).map((name) =>
    version === undefined ? { name } : { name, version: String(version) },
  );
  return planInstall(
    context,
    { id: 'puppet/install', module: 'puppet', source: context.place(['puppet']) },
    { packages, ...(packages.length > 1 ? { anyOf: true } : {}) },
  );
}

function listNames({ package_name: name, install_type: type = 'packages' }: Given): readonly string[] {
  return name === undefined ? places[type].packages : [name];
}

type Settings = Record<string, Record<string, string>>;

function readConf({ conf = {} }: Given, context: ModuleContext<Puppet>): { settings: Settings; ca_cert?: string } {
  const settings: Settings = {};
  let certificate: string | undefined;
  for (const [section, values] of Object.entries(conf)) {
    if (typeof values === 'string') {
      if (section === 'ca_cert') certificate = values;
      else
        context.report({ severity: 'error', code: 'type', message: 'expected a map of settings, found a string' }, [
          ...['puppet', 'conf', section],
        ]);
      continue;
    }
    settings[section] = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        key === 'certname' ? fillName(String(value), context) : String(value),
      ]),
    );
  }
  return { settings, ...(certificate === undefined ? {} : { ca_cert: certificate }) };
}

/** %f is the guest's name, %i its instance; puppet takes small letters alone. */
function fillName(pattern: string, { validated, instance, facts }: ModuleContext<Puppet>): string {
  const fqdn = chooseHostNames(validated, instance.hostname)?.fqdn ?? facts.hostname;
  return pattern.replaceAll('%f', fqdn).replaceAll('%i', instanceName(instance.id)).toLowerCase();
}

function reportUnsupported(given: Given, { report }: ModuleContext<Puppet>): void {
  const warn = (key: keyof Given, message: string): void =>
    report({ severity: 'warning', code: 'unsupported-key', message }, ['puppet', key]);
  if (given.install_type === 'aio' && given.install !== false)
    warn(
      'install_type',
      'the installer of Puppet is not downloaded; the image or `packages` has to bring puppet-agent',
    );
  if (given.version !== undefined && (given.install === false || given.install_type === 'aio'))
    warn('version', 'nothing is installed that it could be the version of');
  for (const key of ['collection', 'aio_install_url', 'cleanup'] as const) {
    if (given[key] !== undefined) warn(key, 'the installer of Puppet is not downloaded');
  }
}
