// Which of the wanted packages are there already: from the managers' own files where they are text, else by their query tools.

import type { PackageManager, PackageRequest } from '../core/action.ts';
import { escapePattern } from '../core/pattern.ts';
import type { Host } from '../host/host.ts';

/** The packages that are not installed as asked for, or of which that cannot be told (groups, files, patterns). */
export function listMissing(
  manager: PackageManager,
  packages: readonly PackageRequest[],
  host: Host,
): readonly PackageRequest[] {
  switch (manager) {
    case 'apt': {
      const installed = readDpkgStatus(host);
      return packages.filter((wanted) => !isInstalledByDpkg(wanted, installed));
    }
    case 'apk': {
      const installed = readApkDatabase(host);
      return packages.filter(({ name, version }) => {
        const found = installed.get(name);
        return found === undefined || (version !== undefined && version !== found);
      });
    }
    case 'snap':
      return packages.filter(
        ({ name }) => !host.list('/var/lib/snapd/snaps').some((file) => file.replace(/_\w+\.snap$/, '') === name),
      );
    case 'pacman':
      return askTool(packages, { host, argv: ['pacman', '-T'], separator: '=', missing: /^(\S+)$/ });
    default:
      return askTool(packages, {
        host,
        argv: ['rpm', '-q'],
        separator: '-',
        missing: /^package (.+) is not installed$/,
      });
  }
}

/** A checksum's worth of the manager's state: equal before and after means that a call has changed nothing. Undefined: cannot be told. */
export function readPackageState(manager: PackageManager, host: Host): string | undefined {
  if (manager === 'apt') return host.readText('/var/lib/dpkg/status');
  return manager === 'apk' ? host.readText(apkDatabase) : undefined;
}

/** The same for the lists of what could be installed. */
export function readListState(manager: PackageManager, host: Host): string | undefined {
  if (manager !== 'apt') return undefined;
  const folder = '/var/lib/apt/lists';
  const release = (name: string): string =>
    name.endsWith('Release') ? (host.readText(`${folder}/${name}`) ?? '') : '';
  const names = host.stat(folder) === undefined ? [] : host.list(folder);
  return names.map((name) => `${name} ${host.stat(`${folder}/${name}`)?.size} ${release(name)}`).join('\n');
}

type DpkgPackage = { readonly version: string; readonly architecture: string };
type DpkgStatus = {
  readonly packages: ReadonlyMap<string, readonly DpkgPackage[]>;
  readonly automatic: ReadonlySet<string>;
};

/** dpkg's list, and which of it apt would take away again when nothing needs it any more. */
function readDpkgStatus(host: Host): DpkgStatus {
  const packages = new Map<string, DpkgPackage[]>();
  for (const fields of readStanzas(host.readText('/var/lib/dpkg/status') ?? '')) {
    const name = fields.get('Package');
    if (name === undefined || !/ ok installed$/.test(fields.get('Status') ?? '')) continue;
    const found = { version: fields.get('Version') ?? '', architecture: fields.get('Architecture') ?? '' };
    packages.set(name, [...(packages.get(name) ?? []), found]);
  }
  const automatic = new Set<string>();
  for (const fields of readStanzas(host.readText('/var/lib/apt/extended_states') ?? '')) {
    if (fields.get('Auto-Installed') === '1') automatic.add(fields.get('Package') ?? '');
  }
  return { packages, automatic };
}

/** deb822(5), of each stanza the fields of one line. */
function readStanzas(text: string): ReadonlyMap<string, string>[] {
  return text.split(/\n\n+/).map((stanza) => {
    const fields = [...stanza.matchAll(/^([A-Za-z-]+): *(.*)$/gm)];
    return new Map(fields.map(([, name = '', value = '']) => [name, value]));
  });
}

/** `name[:architecture][=version]` of apt-get(8), the version perhaps a pattern; what names a release cannot be told. */
function isInstalledByDpkg({ name, version }: PackageRequest, { packages, automatic }: DpkgStatus): boolean {
  const parts = /^([^:=/]+)(?::([^=/]+))?(?:=([^/]+))?$/.exec(name);
  const [, plain = '', architecture, own] = parts ?? [];
  const wanted = version ?? own;
  const pattern = wanted === undefined ? undefined : toPattern(wanted);
  if (parts === null || automatic.has(plain)) return false;
  return (packages.get(plain) ?? []).some(
    (found) =>
      (architecture === undefined || ['any', 'native', 'all', found.architecture].includes(architecture)) &&
      (pattern === undefined || pattern.test(found.version)),
  );
}

function toPattern(version: string): RegExp {
  return new RegExp(`^${escapePattern(version).replaceAll('\\*', '.*')}$`);
}

const apkDatabase = '/lib/apk/db/installed';

function readApkDatabase(host: Host): ReadonlyMap<string, string> {
  const entries = (host.readText(apkDatabase) ?? '').split(/\n\n+/).map((entry): [string, string] => {
    const field = (letter: string): string => new RegExp(`^${letter}:(.*)$`, 'm').exec(entry)?.[1] ?? '';
    return [field('P'), field('V')];
  });
  return new Map(entries);
}

/** By a tool that names what is not there, one a line; where it cannot be asked all counts as missing. */
function askTool(
  packages: readonly PackageRequest[],
  given: { host: Host; argv: readonly string[]; separator: string; missing: RegExp },
): readonly PackageRequest[] {
  const { host, argv, separator, missing } = given;
  const [program = ''] = argv;
  if (host.which(program) === undefined) return packages;
  const spell = ({ name, version }: PackageRequest): string =>
    version === undefined ? name : `${name}${separator}${version}`;
  const askable = packages.filter(({ name }) => /^[\w.+:-]+$/.test(name));
  if (askable.length === 0) return packages;
  const result = host.run([...argv, '--', ...askable.map(spell)]);
  const lines = `${result.stdout}\n${result.stderr}`.split('\n');
  const absent = new Set(lines.flatMap((line) => missing.exec(line.trim())?.[1] ?? []));
  if (result.status !== 0 && absent.size === 0) return packages;
  return packages.filter((wanted) => !askable.includes(wanted) || absent.has(spell(wanted)));
}
