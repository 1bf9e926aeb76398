// Packages installed, upgraded, and their lists fetched, by the guest's own manager. One name that does not exist costs no other: what is
// refused together is tried one by one.

import type { PackageRequest, PackagesAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import type { Applied, ApplyContext, Executor, Inspection } from './executor.ts';
import { listMissing, readListState, readPackageState } from './installed-packages.ts';
import { managerCommands } from './package-managers.ts';
import { type CallResult, createPackageTool, type PackageTool } from './package-tool.ts';
import { hasProgram } from './program.ts';

export const packages: Executor<PackagesAction> = { inspect: inspectPackages, apply: applyPackages };

function inspectPackages(action: PackagesAction, host: Host): Inspection {
  const { manager, task } = action;
  const { program, refresh, upgrade } = managerCommands[manager];
  if (task !== 'install') {
    return {
      state: 'unknown',
      changes: [{ op: '~', what: `${program} ${(task === 'refresh' ? refresh : upgrade).at(-1)}` }],
    };
  }
  const missing = listWanted(action, host);
  if (missing.length === 0) return { state: 'same' };
  if (action.anyOf) return { state: 'differs', changes: [{ op: '+', what: missing.map(nameRequest).join(' or ') }] };
  return { state: 'differs', changes: missing.map((wanted) => ({ op: '+', what: nameRequest(wanted) })) };
}

async function applyPackages(action: PackagesAction, host: Host, context: ApplyContext): Promise<Applied> {
  const { manager, task } = action;
  const { program } = managerCommands[manager];
  if (host.which(program) === undefined) throw new AgentError(exitCodes.internal, `${program}: not on this guest`);
  const tool = createPackageTool(managerCommands[manager], host, context);
  if (task === 'refresh') return fetchLists(action, tool, host);
  const before = readPackageState(manager, host);
  const applied = task === 'upgrade' ? await upgradeAll(tool) : await installMissing(action, tool, host);
  const isSame = before !== undefined && before === readPackageState(manager, host);
  return isSame && applied.failed === undefined ? { ...applied, idle: true } : applied;
}

async function fetchLists({ manager }: PackagesAction, tool: PackageTool, host: Host): Promise<Applied> {
  const before = readListState(manager, host);
  const result = await tool.call(managerCommands[manager].refresh);
  if (result.failure !== undefined) return { failed: result.failure, ...showTail(result) };
  return before !== undefined && before === readListState(manager, host) ? { idle: true } : {};
}

async function upgradeAll(tool: PackageTool): Promise<Applied> {
  const result = await tool.call(tool.commands.upgrade);
  if (result.failure !== undefined) return { failed: result.failure, ...showTail(result) };
  return result.isIdle ? { idle: true } : showTail(result);
}

type Refusal = { readonly wanted: PackageRequest; readonly reason: string };

/** What is not there yet; nothing where the program is that the packages are for, or one of several names. */
function listWanted(
  { manager, packages: list = [], program, anyOf }: PackagesAction,
  host: Host,
): readonly PackageRequest[] {
  if (program !== undefined && hasProgram(program, host)) return [];
  const missing = listMissing(manager, list, host);
  return anyOf && missing.length < list.length ? [] : missing;
}

/** Installs, and looks whether the program has come that the packages are for. */
async function installMissing(action: PackagesAction, tool: PackageTool, host: Host): Promise<Applied> {
  const applied = action.anyOf ? await installFirst(action, tool, host) : await installAll(action, tool, host);
  const { program, packages: list = [] } = action;
  if (applied.failed !== undefined || program === undefined || hasProgram(program, host)) return applied;
  const names = list.map(nameRequest).join(', ');
  const { idle: _, ...rest } = applied;
  return { ...rest, failed: `${program} is still not there: ${names} did not bring it` };
}

/** The first of several names that can be had; what was said of the others matters only where none can. */
async function installFirst(action: PackagesAction, tool: PackageTool, host: Host): Promise<Applied> {
  const failures: string[] = [];
  for (const [index, wanted] of listWanted(action, host).entries()) {
    const { refreshFirst, ...rest } = action;
    const one = { ...rest, packages: [wanted], ...(index === 0 && refreshFirst ? { refreshFirst } : {}) };
    const applied = await installAll(one, tool, host);
    if (applied.failed === undefined) return applied;
    failures.push(applied.failed);
  }
  return failures.length === 0 ? { idle: true } : { failed: failures.join('; ') };
}

async function installAll(action: PackagesAction, tool: PackageTool, host: Host): Promise<Applied> {
  const { install, refresh, single, lenient } = tool.commands;
  const look = (): readonly PackageRequest[] => listWanted(action, host);
  if (look().length === 0) return { idle: true };
  const fetched = action.refreshFirst === true ? await tool.call(refresh) : undefined;
  const calls: CallResult[] = [];
  const tryThese = async (list: readonly PackageRequest[]): Promise<Refusal[]> => {
    const call = await tool.call(install(list));
    calls.push(call);
    if (call.failure === undefined && lenient !== true) return [];
    // A package that another one's trouble has failed with may be there all the same.
    const left = look().filter(
      (wanted) => list.includes(wanted) && (call.failure !== undefined || isPlainName(wanted)),
    );
    return left.map((wanted) => ({ wanted, reason: call.failure ?? 'not found' }));
  };

  const asked = look();
  // Another manager was faster, while the lists were fetched.
  if (asked.length === 0) return { idle: true };
  const isSplit = single === true && asked.length > 1;
  let refused = isSplit ? asked.map((wanted): Refusal => ({ wanted, reason: '' })) : await tryThese(asked);
  if (refused.length > 0 && asked.length > 1 && calls.at(-1)?.isOver !== true) {
    const rest = look();
    refused = [];
    for (const wanted of rest) {
      if (calls.at(-1)?.isOver === true) refused.push({ wanted, reason: 'no time left' });
      else refused.push(...(await tryThese([wanted])));
    }
  }
  const note = fetched?.failure === undefined ? [] : [`the lists could not be fetched: ${fetched.failure}`];
  const tail = showTail(calls.findLast(({ failure }) => failure !== undefined) ?? calls.at(-1));
  if (refused.length > 0) return { failed: [describeRefusals(refused, asked.length), ...note].join('; '), ...tail };
  // Lists that are a little old, or without one of several sources, will often do.
  return {
    ...(calls.every(({ isIdle }) => isIdle) ? { idle: true } : {}),
    ...(note.length > 0 ? { message: note.join('; ') } : {}),
    ...tail,
  };
}

/** Each one that is not there, and why: as many as people read. */
function describeRefusals(refused: readonly Refusal[], asked: number): string {
  const shown = refused.slice(0, 5).map(({ wanted, reason }) => `${nameRequest(wanted)} (${reason})`);
  const more = refused.length > shown.length ? ` and ${refused.length - shown.length} more` : '';
  const others = asked - refused.length;
  const end = others === 0 ? '' : `; the other ${others === 1 ? 'one is' : `${others} are`} installed`;
  return `not installed: ${shown.join(', ')}${more}${end}`;
}

/** Not a group, a file or a pattern, which no query finds by that name. */
function isPlainName({ name }: PackageRequest): boolean {
  return /^[\w.+-]+$/.test(name);
}

function nameRequest({ name, version }: PackageRequest): string {
  return version === undefined ? name : `${name} ${version}`;
}

function showTail(call: CallResult | undefined): Pick<Applied, 'tail'> {
  return call === undefined || call.tail.length === 0 ? {} : { tail: call.tail };
}
