// Command lines of net-tools and iproute2, and their running: absolute paths, no shell, one spawn for a list of ip commands.

import { AgentError, exitCodes } from '../core/error.ts';
import type { Host, RunOptions, RunResult } from '../host/host.ts';
import { broadcastOf, formatAddress, formatMask, isUnspecified, networkOf, parseAddress } from '../network/address.ts';
import { forgetBefore } from './net-live-view.ts';

/** For one command, or for many that run in turn. */
const timeoutMs = 10_000;

export type AddressOnLink = { readonly link: string; readonly address: string; readonly prefixLength: number };

export type RouteOnLink = {
  readonly link: string;
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly metric?: number | undefined;
};

/** Runs a command that changes the network. A failure throws AgentError (exit 20) with its last line of complaint. */
export function runNetworkCommand(host: Host, argv: readonly string[], options: RunOptions = {}): void {
  askNetworkCommand(host, argv, { discardsOutput: true, ...options });
}

/** The same for a command whose output is wanted. */
export function askNetworkCommand(host: Host, argv: readonly string[], options: RunOptions = {}): string {
  const [name = '', ...args] = argv;
  const path = host.which(name);
  if (path === undefined) throw new AgentError(exitCodes.networkRolledBack, `${name}: command not found`);
  forgetBefore(host, argv, args[0] === '-batch' ? options.input?.trim().split('\n') : []);
  const result = host.run([path, ...args], { timeoutMs, ...options });
  if (result.status === 0) return result.stdout;
  throw describeFailure(name, result);
}

/**
 * Runs commands of the network in turn until one fails, for less than as many runNetworkCommand. Gives how many were done and why the next
 * one was not. All are installed (Host.which).
 */
export function runNetworkCommandsInTurn(
  host: Host,
  argvs: readonly (readonly string[])[],
): { readonly completed: number; readonly error?: AgentError } {
  for (const argv of argvs) forgetBefore(host, argv);
  const result = host.runInTurn(
    argvs.map(([name = '', ...args]) => [host.which(name) ?? name, ...args]),
    { timeoutMs },
  );
  if (result.status === 0) return { completed: argvs.length };
  const { completed } = result;
  return { completed, error: describeFailure(argvs[completed]?.[0] ?? 'sh', result) };
}

function describeFailure(name: string, result: RunResult): AgentError {
  const ending = result.timedOut
    ? 'ran out of time'
    : result.status === null
      ? 'was killed'
      : `exited ${result.status}`;
  const line = lastComplaint(result.stderr);
  return new AgentError(exitCodes.networkRolledBack, line === '' ? `${name} ${ending}` : `${name} ${ending}: ${line}`);
}

/** ip -batch ends with "Command failed -:2", which tells a person nothing. */
function lastComplaint(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  return (lines.findLast((line) => line !== '' && !line.startsWith('Command failed')) ?? '').slice(0, 200);
}

/** Runs ip commands in order and stops at the first that fails. busybox knows no -batch: there they run one by one. */
export function runIpCommands(host: Host, commands: readonly (readonly string[])[]): void {
  const [only] = commands;
  if (only === undefined) return;
  if (commands.length === 1) runNetworkCommand(host, ['ip', ...only]);
  else if (isBusyboxIp(host)) for (const command of commands) runNetworkCommand(host, ['ip', ...command]);
  else
    runNetworkCommand(host, ['ip', '-batch', '-'], {
      input: `${commands.map((command) => command.join(' ')).join('\n')}\n`,
    });
}

export function isBusyboxIp(host: Host): boolean {
  return host.readLink(host.which('ip') ?? '')?.includes('busybox') ?? false;
}

/** `link add link bond0 name bond0.30 type vlan id 30`, for ip. */
export function formatIpVlan(vlan: {
  link: string;
  parent: string;
  vlanId: number;
  mac?: string | undefined;
}): string[] {
  const address = vlan.mac === undefined ? [] : ['address', vlan.mac];
  const words = ['link', 'add', 'link', vlan.parent, 'name', vlan.link, ...address];
  return [...words, 'type', 'vlan', 'id', String(vlan.vlanId)];
}

/** `ifconfig eth0 10.0.0.5 netmask 255.255.255.0 broadcast 10.0.0.255 up`; 0.0.0.0 for none, where the kernel would take that of the class. */
export function formatIfconfigAddress({ link, address, prefixLength }: AddressOnLink): string[] {
  const parsed = parseAddress(address);
  const broadcast = parsed === undefined ? undefined : broadcastOf(parsed, prefixLength);
  const own = broadcast === undefined ? '0.0.0.0' : formatAddress(broadcast);
  return ['ifconfig', link, address, 'netmask', formatMask(4, prefixLength), 'broadcast', own, 'up'];
}

/** `addr replace 10.0.0.5/24 broadcast + dev eth0`, for ip. */
export function formatIpAddress(verb: 'replace' | 'del', { link, address, prefixLength }: AddressOnLink): string[] {
  const hasBroadcast = verb === 'replace' && !address.includes(':') && prefixLength <= 30;
  return ['addr', verb, `${address}/${prefixLength}`, ...(hasBroadcast ? ['broadcast', '+'] : []), 'dev', link];
}

/** The same with the route of its subnet apart, for services that do so: IFA_F_NOPREFIXROUTE. No route for a single address. */
export function formatIpAddressApart(entry: AddressOnLink): string[][] {
  const { link, address, prefixLength } = entry;
  const parsed = parseAddress(address);
  const set = [...formatIpAddress('replace', entry), 'noprefixroute'];
  if (parsed === undefined || prefixLength === (parsed.family === 4 ? 32 : 128)) return [set];
  const subnet = `${formatAddress(networkOf(parsed, prefixLength))}/${prefixLength}`;
  const rest = parsed.family === 4 ? ['scope', 'link', 'src', address] : ['metric', '256'];
  // Two addresses of one subnet have a route each, told apart by their source.
  const verb = parsed.family === 4 ? 'append' : 'replace';
  return [set, ['route', verb, subnet, 'dev', link, 'proto', 'kernel', ...rest]];
}

/** `route add default gw 10.0.0.254 dev eth0`, IPv4 only. */
export function formatRouteCommand(verb: 'add' | 'del', route: RouteOnLink): string[] {
  const { destination, prefixLength, gateway, metric, link } = route;
  const target =
    prefixLength === 0
      ? ['default']
      : prefixLength === 32
        ? ['-host', destination]
        : ['-net', destination, 'netmask', formatMask(4, prefixLength)];
  const via = gateway === '0.0.0.0' ? [] : ['gw', gateway];
  return ['route', verb, ...target, ...via, ...formatMetric(metric), 'dev', link];
}

/**
 * `route prepend default via 10.0.0.254 dev eth0 onlink`, for ip. prepend, not replace: the kernel would replace a default route of
 * another link that has the same metric.
 */
export function formatIpRoute(
  verb: 'prepend' | 'replace' | 'del',
  route: RouteOnLink,
  options: { readonly onLink?: boolean; readonly protocol?: string } = {},
): string[] {
  const { destination, prefixLength, gateway, metric, link } = route;
  const parsed = parseAddress(gateway);
  const target = prefixLength === 0 && !destination.includes(':') ? 'default' : `${destination}/${prefixLength}`;
  const via = parsed === undefined || isUnspecified(parsed) ? [] : ['via', gateway];
  const flags = options.onLink ? ['onlink'] : [];
  const protocol = options.protocol === undefined ? [] : ['proto', options.protocol];
  return ['route', verb, target, ...via, 'dev', link, ...formatMetric(metric), ...flags, ...protocol];
}

function formatMetric(metric: number | undefined): string[] {
  return metric === undefined || metric === 0 ? [] : ['metric', String(metric)];
}
