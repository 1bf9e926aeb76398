// `vendor_data: {enabled, prefix}`, and the same for vendor_data2, of user_data or of the image: whether what the cloud's operator sends is applied, and how its scripts run.

import type { VendorData } from '../../core/instance-config.ts';
import { isMap } from '../pruned-value.ts';
import type { Node } from './node.ts';

export type VendorSettings = {
  readonly enabled: boolean;
  readonly prefix: { readonly prefix?: readonly string[] };
};

/** Reads them before they are validated: what is odd about them, the module that owns the key says. */
export function readVendorSettings(document: Node | undefined, key: VendorData['key']): VendorSettings {
  const all = isMap(document?.value) ? document.value[key] : undefined;
  if (all === undefined || all === null) return { enabled: true, prefix: {} };
  if (!isMap(all)) return { enabled: false, prefix: {} };
  const words = typeof all['prefix'] === 'string' ? [all['prefix']] : all['prefix'];
  const isWord = (word: unknown): boolean => typeof word === 'string' || typeof word === 'number';
  const isUsable = Array.isArray(words) && words.length > 0 && words.every(isWord);
  return {
    enabled: all['enabled'] === undefined || isTrue(all['enabled']),
    prefix: isUsable ? { prefix: words.map(String) } : {},
  };
}

/** As cloud-init's util.is_true. */
function isTrue(value: unknown): boolean {
  return value === true || ['true', '1', 'on', 'yes'].includes(String(value).toLowerCase().trim());
}
