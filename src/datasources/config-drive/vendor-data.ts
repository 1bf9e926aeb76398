// openstack/<version>/vendor_data.json and vendor_data2.json: what the cloud's operator gives to every instance. Of it, what stands under
// "cloud-init" (or the whole, when it is a text or a list of texts) is meant for an agent like this one; the rest is for others.

import { type Diagnostic, describeType } from '../../core/diagnostic.ts';
import type { RawUserData, VendorData } from '../../core/instance-config.ts';
import type { DriveReader } from '../drive-reader.ts';
import { type JsonValue, readJsonValue } from './json-file.ts';

const files = [
  ['vendor_data', 'vendor_data.json'],
  ['vendor_data2', 'vendor_data2.json'],
] as const;

/** Both files, the weaker first; what is damaged costs itself and a warning: it is not what the instance's owner asked for. */
export function readVendorData(
  reader: DriveReader,
  version: string | undefined,
  diagnostics: Diagnostic[],
): readonly VendorData[] {
  if (version === undefined) return [];
  return files.flatMap(([key, name]): VendorData[] => {
    const damage: Diagnostic[] = [];
    const file = readJsonValue(reader, `openstack/${version}/${name}`, damage);
    const blobs = file === undefined ? [] : findBlobs(file, damage);
    diagnostics.push(
      ...damage.map((problem) =>
        problem.severity === 'error' ? { ...problem, severity: 'warning' as const } : problem,
      ),
    );
    return blobs.length === 0 ? [] : [{ key, blobs }];
  });
}

function findBlobs(file: JsonValue, diagnostics: Diagnostic[]): RawUserData[] {
  const { value, source } = file;
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return readTexts(file, [], value, diagnostics);
  if (Object.hasOwn(value, 'cloud-init')) {
    return readTexts(file, ['cloud-init'], (value as Record<string, unknown>)['cloud-init'], diagnostics);
  }
  // Nova repeats vendor_data.json under "static"; an operator must not wonder why the rest did nothing.
  if (Object.entries(value).some(([key, entry]) => key !== 'static' && !isEmpty(entry))) {
    const message = 'nothing stands under "cloud-init"; what is there is for other agents';
    diagnostics.push({ severity: 'note', code: 'unsupported-format', source, message });
  }
  return [];
}

function readTexts(file: JsonValue, path: readonly string[], value: unknown, diagnostics: Diagnostic[]): RawUserData[] {
  if (isEmpty(value)) return [];
  const { source } = file;
  const where = path.length === 0 ? '' : ` (${path.join('.')})`;
  if (typeof value === 'string') return [{ bytes: Buffer.from(value), source: `${source}${where}` }];
  const entries = Array.isArray(value) ? (value as unknown[]) : [value];
  return entries.flatMap((entry, index): RawUserData[] => {
    if (typeof entry === 'string') {
      const name = path.length === 0 ? ` ([${index}])` : ` (${path.join('.')}[${index}])`;
      return [{ bytes: Buffer.from(entry), source: `${source}${name}` }];
    }
    const at = Array.isArray(value) ? [...path, index] : path;
    const message = `expected a text or a list of texts, found ${describeType(entry)}`;
    diagnostics.push({ severity: 'error', code: 'type', source, ...file.place(at), message });
    return [];
  });
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}
