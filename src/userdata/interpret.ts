// user_data, from raw bytes to what the planners read: detect, interpret by format, report. Pure; never throws on any bytes.

import type { ModuleDefinition } from '../core/define.ts';
import type { RawUserData } from '../core/instance-config.ts';
import { detectUserData } from './detect.ts';
import { partFormats } from './formats/registry.generated.ts';
import type { PartMeaning } from './part-format.ts';

/** What user_data means. Blank user_data has neither document nor script and is usable; `usable: false` has an error that says why. */
export type Interpretation = PartMeaning;

/** Interprets user_data for the given modules; every problem is a diagnostic with its place. */
export function interpretUserData(raw: RawUserData, modules: readonly ModuleDefinition[]): Interpretation {
  const detection = detectUserData(raw, partFormats);
  const { diagnostics } = detection;
  if (detection.kind === 'nothing') return { diagnostics, usable: true };
  if (detection.kind !== 'part') return { diagnostics, usable: false };
  const meaning = detection.format.interpret(detection.part, modules);
  return { ...meaning, diagnostics: [...diagnostics, ...meaning.diagnostics] };
}
