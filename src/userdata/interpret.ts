// user_data, from raw bytes to what the planners read: detect, interpret by format, report. Pure; never throws on any bytes.

import type { ModuleDefinition } from '../core/define.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { InstanceAddresses } from '../core/instance-addresses.ts';
import type { RawUserData } from '../core/instance-config.ts';
import { type Detection, detectUserData } from './detect.ts';
import { partFormats } from './formats/registry.generated.ts';
import type { PartMeaning } from './part-format.ts';

/** What user_data means. Blank user_data has neither document nor script and is usable; `usable: false` has an error that says why. */
export type Interpretation = PartMeaning;

/**
 * Interprets one document or one script for the given modules; every problem is a diagnostic with its place. What must be unpacked first
 * is refused here: interpretSources reads it.
 */
export function interpretUserData(
  raw: RawUserData,
  modules: readonly ModuleDefinition[],
  addresses?: InstanceAddresses,
): Interpretation {
  const detection = detectUserData(raw, partFormats);
  const { diagnostics } = detection;
  if (detection.kind === 'nothing') return { diagnostics, usable: true };
  if (isPacked(detection)) return { diagnostics: [...diagnostics, refusePacked(raw)], usable: false };
  if (detection.kind !== 'part') return { diagnostics, usable: false };
  const meaning = detection.format.interpret(detection.part, modules, addresses);
  return { ...meaning, diagnostics: [...diagnostics, ...meaning.diagnostics] };
}

/** Whether data must be taken apart or put together before it can be interpreted. */
export function isPacked({ kind }: Detection): boolean {
  return kind === 'packed' || kind === 'envelope';
}

function refusePacked({ source }: RawUserData): Diagnostic {
  const message = 'must be unpacked before it can be read';
  return { severity: 'error', code: 'unsupported-format', source, message };
}
