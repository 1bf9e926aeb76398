// Takes the leftovers out that need no judgement. Each step can be repeated, so that a seal that was cut off is finished by the next one.

import { AgentError } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import { stateDirectory } from '../state/record.ts';
import type { Found } from './find-leftovers.ts';
import type { Leftover } from './leftover.ts';
import { dropLines } from './lines.ts';

/** How one leftover ended: `kept` is for people to judge or was only told; `failure` names the path and the reason. */
export type Mended = Found & { readonly outcome: 'mended' | 'kept' | 'failed'; readonly failure?: string };

/** In the order in which they were found. A failure leaves the others to be mended. */
export async function mendLeftovers(host: Host, found: readonly Found[]): Promise<readonly Mended[]> {
  const outcomes = new Map<Found, Mended>();
  for (const leftover of order(found)) {
    outcomes.set(leftover, await mendOne(host, leftover));
  }
  return found.flatMap((leftover) => outcomes.get(leftover) ?? []);
}

/** The record and the copies of the image's own files go last: a seal that is cut off before needs them again. */
function order(found: readonly Found[]): readonly Found[] {
  const isState = ({ path }: Found): boolean => path === stateDirectory;
  return [...found.filter((leftover) => !isState(leftover)), ...found.filter(isState)];
}

async function mendOne(host: Host, leftover: Found): Promise<Mended> {
  if (leftover.mend.kind === 'tell' || leftover.mend.kind === 'note') return { ...leftover, outcome: 'kept' };
  try {
    await mend(host, leftover);
    return { ...leftover, outcome: 'mended' };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { ...leftover, outcome: 'failed', failure: error.message };
  }
}

async function mend(host: Host, { path, mend: wanted }: Leftover): Promise<void> {
  if (wanted.kind === 'remove') return host.remove(path);
  if (wanted.kind === 'remove-tree') return host.removeTree(path);
  const stat = host.stat(path);
  if (stat?.kind !== 'file' || wanted.kind === 'tell' || wanted.kind === 'note') return;
  const present = host.readFile(path) ?? new Uint8Array();
  const content = wanted.kind === 'rewrite' ? wanted.content : dropLines(present, wanted.line);
  host.writeFile(path, content, { mode: stat.mode, uid: stat.uid, gid: stat.gid });
}
