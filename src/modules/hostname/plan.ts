// Plans the host name from the document or, when it says nothing, from the metadata.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { chooseHostNames, chooseKernelName, cleanMetadataName, prefersFqdnByDefault } from './names.ts';
import type { Hostname } from './schema.ts';

/** One step, or none when the document says `preserve_hostname` or nobody names the guest. */
export function planHostname(context: ModuleContext<Hostname>): Step[] {
  const { config, instance, facts } = context;
  if (config.preserve_hostname === true) return [];
  const names = chooseHostNames(config, instance.hostname);
  if (names === undefined) {
    if (instance.hostname !== undefined) {
      context.report(
        { severity: 'warning', code: 'value', message: 'the metadata name of the guest holds no usable host name' },
        undefined,
      );
    }
    return [];
  }
  if (names.origin === 'metadata' && isChanged(instance.hostname)) {
    context.report(
      {
        severity: 'warning',
        code: 'value',
        message: 'the metadata name of the guest is no host name; it was made one',
      },
      undefined,
    );
  }
  const name = chooseKernelName(names, config.prefer_fqdn_over_hostname ?? prefersFqdnByDefault(facts.os));
  return [
    {
      id: 'hostname',
      module: 'hostname',
      stage: 'early',
      action: { kind: 'hostname', name, ...(config.create_hostname_file === false ? { createFile: false } : {}) },
      summary: name,
      ...(names.origin === 'metadata' ? {} : { source: context.place([names.origin]) }),
    },
  ];
}

/** An address that became a name, and blanks around it, are no news. */
function isChanged(metadataName: string | undefined): boolean {
  const text = metadataName?.trim().replace(/\.$/, '') ?? '';
  const isAddress = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text);
  return !isAddress && cleanMetadataName(text) !== text;
}
