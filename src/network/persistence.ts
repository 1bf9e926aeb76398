// The network as files of the guest's own network service, so that it is there at the next boot without us; and what this boot's start of
// that service must know, which comes after us and finds the links already up.

import type { FileAction, LinesAction } from '../core/action.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { InterfacesFile } from '../core/facts.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import { escapePattern } from '../core/pattern.ts';
import type { Step } from '../core/plan.ts';
import type { ResolvedNetwork } from '../core/resolved-network.ts';
import type { BackendChoice } from './backend.ts';
import { yieldedMark, yieldStanzas } from './foreign-stanzas.ts';
import { needsClient } from './renderers/interfaces-file.ts';
import { fileMark, type Renderer } from './renderers/renderer.ts';
import { keepWritable, type WritableNetwork } from './writable-names.ts';

/** A file that an earlier run made, as the record knows it. */
export type MadeFile = { readonly path: string; readonly sha256?: string; readonly step: string };

export type Persistence = { readonly steps: readonly Step[]; readonly diagnostics: readonly Diagnostic[] };

/** Prefix of the ids of the steps that write files; their paths follow. */
export const networkFilePrefix = 'network_files';

/** Files of a network service that earlier runs wrote: they name an instance, and are no one else's. */
export function listNetworkFiles<File extends Pick<MadeFile, 'step'>>(made: readonly File[]): readonly File[] {
  return made.filter(({ step }) => step.startsWith(networkFilePrefix));
}

/** Module name of all steps of this plan. */
export const networkFilesModule = 'network-files';

/** Files of others that ours take the place of are kept below it. */
export const backupFolder = '/var/lib/guest-init/backup';

/**
 * Pure. `renderer` is the one of `choice.backend`; `live` are the steps that set the network up now: files are written when all of them
 * are done, so that a network that does not work is not made to last. Files of ours in `previous` that are no longer asked for go.
 */
export function planPersistence(given: {
  readonly network: ResolvedNetwork;
  readonly choice: BackendChoice;
  readonly renderer: Renderer | undefined;
  readonly live: readonly Step[];
  /** The image's own files of ifupdown. */
  readonly interfaces: readonly InterfacesFile[];
  readonly previous: readonly MadeFile[];
}): Persistence {
  const { choice, renderer, live, interfaces, previous } = given;
  const { network, unwritable } =
    choice.backend === undefined
      ? { network: given.network, unwritable: [] }
      : keepWritable(given.network, choice.backend);
  const isSomething = network.links.some(
    ({ addresses, automatic }) => addresses.length > 0 || automatic.dhcp4 === true || automatic.ipv6 !== undefined,
  );
  const rendered = isSomething && renderer !== undefined ? renderer.render(network) : { actions: [], problems: [] };
  const needs = live.map(({ id }) => id);
  const source = `for ${choice.backend}: ${choice.reason}`;
  const names = new Set(network.links.map(({ name }) => name));
  const foreign = choice.backend === 'ifupdown' && rendered.actions.length > 0 ? interfaces : [];
  const files = [
    ...foreign.flatMap((file) => describeYielding(file, names, needs)),
    ...rendered.actions.map((action) => describeFile(action, { needs, source })),
  ];
  const changes = files.map(({ id }) => id);
  const wanted = new Set(rendered.actions.map(({ path }) => path));
  const stale = listNetworkFiles(previous)
    .filter(({ path }) => !wanted.has(path))
    .flatMap(({ path, sha256 }) => (sha256 === undefined ? [] : [describeRemoval(path, sha256)]));
  const steps =
    choice.backend === undefined || files.length === 0 ? [] : describeHandover(choice.backend, network, changes);
  return {
    steps: [...files, ...stale, ...steps],
    diagnostics: [
      ...describeUnwritable(unwritable),
      ...rendered.problems.map(
        ({ link, message }): Diagnostic => ({
          ...{ severity: 'warning', code: 'unsupported-key', message: `${link}: ${message} (${choice.backend})` },
          source: network.links.find(({ name }) => name === link)?.origin.source ?? 'network_data.json',
        }),
      ),
    ],
  };
}

function describeUnwritable(unwritable: WritableNetwork['unwritable']): Diagnostic[] {
  return unwritable.map(({ link, message }) => ({
    ...{ severity: 'error', code: 'unsupported-format', message },
    source: link.origin.source,
  }));
}

const common = { module: networkFilesModule, stage: 'early', frequency: 'boot' } as const;

function describeFile(action: FileAction | LinesAction, rest: { needs: readonly string[]; source: string }): Step {
  const { path } = action;
  // A file that others own as well is never taken away, so it must not be taken for one of ours.
  if (action.kind === 'lines') return { ...common, id: `network_lines${path}`, action, summary: path, ...rest };
  const backup = { mark: fileMark, path: `${backupFolder}${path}` };
  return { ...common, id: `${networkFilePrefix}${path}`, action: { ...action, backup }, summary: path, ...rest };
}

/** The image's own word on a link of ours gives way. */
function describeYielding(file: InterfacesFile, links: ReadonlySet<string>, needs: readonly string[]): Step[] {
  const content = yieldStanzas(file, links);
  if (content === undefined) return [];
  const { path } = file;
  const backup = { mark: yieldedMark, path: `${backupFolder}${path}` };
  const action = { kind: 'file', path, mode: 0o644, content, backup, keepAttributes: true } as const;
  return [{ ...common, id: `network_yielded${path}`, action, summary: `${path} gives way to the drive`, needs }];
}

function describeRemoval(path: string, sha256: string): Step {
  const action = { kind: 'remove', path, sha256 } as const;
  return { ...common, id: `${networkFilePrefix}-stale${path}`, action, summary: `${path}, of an earlier run` };
}

function describeHandover(backend: NetworkBackend, network: ResolvedNetwork, changes: readonly string[]): Step[] {
  const id = `network_service/${backend}`;
  const onChangeOf = changes;
  if (backend === 'ifupdown' || backend === 'ifupdown-alpine') {
    // What ifup(8) has brought up by its own account it leaves alone, instead of failing with "File exists". Debian's keeps it in a file
    // for each link, and in one for all. What waits for a DHCP server is still to be brought up.
    const names = network.links
      .filter((link) => link.addresses.length > 0 || link.memberOf !== undefined || link.kind !== 'physical')
      .filter((link) => !needsClient(link))
      .map(({ name }) => name);
    if (names.length === 0) return [];
    const isDebian = backend === 'ifupdown';
    const rules = names.map((name) => ({
      ...{ pattern: `^${escapePattern(name)}=`, line: `${name}=${name}`, add: 'end' as const },
    }));
    const path = isDebian ? '/run/network/ifstate' : '/run/ifstate';
    const list = { kind: 'lines', path, mode: 0o644, rules } as const;
    return [
      ...(isDebian ? names : []).map((name): Step => {
        const action = { kind: 'file', path: `${path}.${name}`, mode: 0o644, content: `${name}\n` } as const;
        return { ...common, id: `${id}/${name}`, action, summary: `ifupdown finds ${name} up`, needs: changes };
      }),
      { ...common, id, action: list, summary: `ifupdown lists ${names.join(', ')}`, needs: changes },
    ];
  }
  if (backend === 'netplan') {
    const action = { kind: 'notify', argv: ['netplan', 'generate'], onChangeOf } as const;
    return [{ ...common, id, action, summary: 'netplan generate', needs: changes }];
  }
  if (backend === 'network-manager') {
    const argv = ['nmcli', 'connection', 'reload'];
    const action = { kind: 'notify', argv, ifExists: '/run/NetworkManager/NetworkManager.pid', onChangeOf } as const;
    return [{ ...common, id, action, summary: 'nmcli connection reload', needs: changes }];
  }
  if (backend === 'networkd') {
    const units = ['systemd-networkd.service'];
    const action = { kind: 'service', units, verb: 'reload', onChangeOf } as const;
    return [{ ...common, id, action, summary: 'systemd-networkd reads its files', needs: changes }];
  }
  return [];
}
