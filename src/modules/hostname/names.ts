// Which names a guest has: the rules of cloud-init's get_hostname_fqdn, with names held to RFC 1123.

import type { Facts } from '../../core/facts.ts';

/** `short` is one label; `fqdn` equals it where no domain is known. */
export type HostNames = { readonly short: string; readonly fqdn: string };

/** The keys of a document that name the guest: `validated` of a planner's context, so that all modules use the names that hostname took. */
export type NameKeys = { readonly hostname?: unknown; readonly fqdn?: unknown };

/** Where the name that counts was said. */
export type NameOrigin = 'fqdn' | 'hostname' | 'metadata';

const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const longestName = 253;
/** HOST_NAME_MAX of Linux. */
const longestKernelName = 64;

/** Whether `name` is one to many RFC 1123 labels, at most 63 characters each and 253 in all; one dot at the end is allowed. */
export function isHostName(name: string): boolean {
  const bare = stripFinalDot(name);
  return bare.length <= longestName && bare.split('.').every((part) => label.test(part));
}

/**
 * The guest's names: the document's word first, then the metadata's, whose domain also completes an equal short name. Undefined when neither says one. Values in `keys` that are no
 * host names are passed over: the schema has reported them.
 */
export function chooseHostNames(
  keys: NameKeys,
  metadataName: string | undefined,
): (HostNames & { readonly origin: NameOrigin }) | undefined {
  const fqdn = toName(keys.fqdn);
  const hostname = toName(keys.hostname);
  const metadata = metadataName === undefined ? undefined : cleanMetadataName(metadataName);
  if (fqdn !== undefined) return { short: firstLabel(hostname ?? fqdn), fqdn, origin: 'fqdn' };
  if (hostname !== undefined) {
    // The metadata's domain belongs to the metadata's name: a guest that is called otherwise has none.
    const isSame = !hostname.includes('.') && metadata !== undefined && firstLabel(metadata) === hostname;
    return { short: firstLabel(hostname), fqdn: isSame ? metadata : hostname, origin: 'hostname' };
  }
  return metadata === undefined ? undefined : { short: firstLabel(metadata), fqdn: metadata, origin: 'metadata' };
}

/**
 * A host name made of what the metadata calls the guest: characters that no label holds become hyphens, over-long labels are cut.
 * Undefined when nothing usable is left.
 */
export function cleanMetadataName(text: string): string | undefined {
  const labels = replaceAddress(text.trim())
    .split('.')
    .map((part) =>
      part
        .replace(/[^A-Za-z0-9-]+/g, '-')
        .slice(0, 63)
        .replace(/^-+|-+$/g, ''),
    )
    .filter((part) => part !== '');
  while (labels.join('.').length > longestName) labels.pop();
  return labels.length === 0 ? undefined : labels.join('.');
}

/** The name for the kernel: the short one, or the full one where the document or the distribution prefers it and it fits. */
export function chooseKernelName(names: HostNames, prefersFqdn: boolean): string {
  return prefersFqdn && names.fqdn.length <= longestKernelName ? names.fqdn : names.short;
}

/** Red Hat's family and Photon give the kernel the full name. */
export function prefersFqdnByDefault({ id, idLike }: Facts['os']): boolean {
  return [id, ...idLike].some((name) => ['rhel', 'fedora', 'centos', 'photon'].includes(name));
}

/** Numbers are those that the schema takes: 1.5 would be a name with a dot that nobody wrote as one. */
function toName(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && isHostName(text) ? replaceAddress(stripFinalDot(text)) : undefined;
}

/** A bare IPv4 address is no name; its dots would make its first number one. */
function replaceAddress(name: string): string {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) ? `ip-${name.replaceAll('.', '-')}` : name;
}

function stripFinalDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function firstLabel(name: string): string {
  return name.split('.', 1)[0] ?? name;
}
