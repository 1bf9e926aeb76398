// What #include lists name is fetched in the late stage, when the network is up; what it asks for then joins that stage, whichever stage it
// would have belonged to.

import type { Step } from '../core/plan.ts';
import type { Host } from '../host/host.ts';
import { fingerprintAction } from '../state/fingerprint.ts';
import type { FetchedDocument, WantedDocument } from '../userdata/compound/include.ts';
import type { PlannedInstance } from './plan.ts';
import type { InterpretedInput } from './plan-input.ts';

/** Documents that are fetched for one instance, lists inside lists included. */
const mostDocuments = 100;
const limitBytes = 4 * 1024 * 1024;
const timeoutMs = 10_000;
/** A server that is starting is asked again, this many milliseconds later. */
const pausesMs = [1000, 3000, 6000];
/** For all of them together, in milliseconds: a boot does not wait for ever. */
const deadlineMs = 120_000;

export type IncludeOptions = {
  readonly host: Host;
  /** At a later boot what `#include-once` names has had its turn. */
  readonly isFirst: boolean;
  interpret(fetched: ReadonlyMap<string, FetchedDocument>): Promise<InterpretedInput>;
  note(message: string): void;
  stopRequested(): boolean;
};

/** The input with everything that it names, as far as it could be fetched; the rest is in its diagnostics. */
export async function fetchIncludes(input: InterpretedInput, options: IncludeOptions): Promise<InterpretedInput> {
  const { host, isFirst, note } = options;
  const fetched = new Map<string, FetchedDocument>();
  const deadline = host.monotonic() + deadlineMs;
  let whole = input;
  const listMissing = (): WantedDocument[] =>
    (whole.userData.wanted ?? []).filter(({ url, once }) => !fetched.has(url) && (isFirst || !once));
  for (let missing = listMissing(); missing.length > 0; missing = listMissing()) {
    note(`fetching ${missing.length} ${missing.length === 1 ? 'document' : 'documents'} that user_data includes`);
    for (const { url } of missing) {
      const isOver = fetched.size >= mostDocuments;
      const reason = `more than ${mostDocuments} documents; the rest is left out`;
      fetched.set(url, isOver ? { ok: false, reason } : await fetchPatiently(url, options, deadline));
    }
    whole = await options.interpret(fetched);
  }
  return whole;
}

async function fetchPatiently(url: string, options: IncludeOptions, deadline: number): Promise<FetchedDocument> {
  const { host, stopRequested } = options;
  if (url.startsWith('file:')) return readFile(url, host);
  for (let turn = 0; ; turn++) {
    const left = deadline - host.monotonic();
    if (stopRequested() || left <= 0) return { ok: false, reason: 'there was no time for it' };
    const found = await fetchOnce(url, host, Math.min(timeoutMs, left));
    const pause = pausesMs[turn];
    if (found.ok || found.isFinal || pause === undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function fetchOnce(
  url: string,
  host: Host,
  time: number,
): Promise<FetchedDocument & { readonly isFinal?: boolean }> {
  try {
    const { status, body } = await host.fetch(url, { timeoutMs: time, limitBytes, protocols: ['https:', 'http:'] });
    if (status === 200) return { ok: true, bytes: body };
    // Of the others only those of an overloaded server pass (RFC 9110 § 15.6).
    return { ok: false, reason: `the server answers ${status}`, isFinal: status < 500 && status !== 429 };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : 'unknown' };
  }
}

function readFile(url: string, host: Host): FetchedDocument {
  const path = decodeURIComponent(new URL(url).pathname);
  const stat = host.stat(path);
  if (stat?.kind !== 'file')
    return { ok: false, reason: `${stat === undefined ? 'no such file' : 'not a regular file'}` };
  if (stat.size > limitBytes) return { ok: false, reason: `longer than ${limitBytes} bytes` };
  const bytes = host.readFile(path);
  return bytes === undefined ? { ok: false, reason: 'no such file' } : { ok: true, bytes };
}

/** The whole plan, with the early steps that the plan of the early stage lacked in the late stage. */
export function moveToLate(whole: PlannedInstance, early: PlannedInstance): PlannedInstance {
  const known = new Set(early.steps.map(identify));
  const steps = whole.steps.map(
    (step): Step => (step.stage === 'early' && !known.has(identify(step)) ? { ...step, stage: 'late' } : step),
  );
  return { ...whole, steps };
}

function identify({ id, action }: Step): string {
  return `${id} ${fingerprintAction(action)}`;
}
