// What every interrupted run has to come to: files, users, addresses, routes, host name and status as after a run that nothing disturbed.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { assertReleased, readNetwork } from '../../support/main-job.ts';
import type { Sandbox } from '../../support/sandbox.ts';
import { compareDigests, type TreeDigest } from '../../support/tree-digest.ts';
import { countRuns, type Story, withStory } from './story.ts';

/** Differs from run to run, or is the record of how the end was reached. */
export const incidental = [
  /^\/var\/lib\/guest-init(\/|$)/,
  /^\/var\/log\/(guest-init\.log|lastlog|faillog|btmp|wtmp)$/,
  /^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)-$/,
  /^\/etc\/\.pwd\.lock$/,
  /^\/usr\/local\/libexec(\/|$)/,
  /^\/root(\/|$)/,
];

/** Written by the system's own tools, which a kill of ours may leave at any of their steps. */
const writtenByTools = [/^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)([-+.].*)?$/, /^\/home(\/|$)/, /^\/var\//];

export function isWrittenByTools(path: string): boolean {
  return writtenByTools.some((pattern) => pattern.test(path));
}

const temporary = /^\.guest-init-/;

export type EndState = {
  readonly digest: TreeDigest;
  readonly network: ReturnType<typeof readNetwork>;
  readonly hostname: string;
  readonly status: string;
};

/** Of a guest in which no run is under way. */
export function readEndState(box: Sandbox): EndState {
  return {
    digest: box.digest(incidental),
    network: readNetwork(box),
    hostname: box.hostname(),
    status: describeStatus(box.readFileIfAny('/run/guest-init/status.json')),
  };
}

type Status = { state: string; exitCode: number; message: string; steps: { id: string; status: string }[] };

/**
 * Without times; a step that was done before is as good as one that was done now. A password
 * that is locked already is left out: a run that makes the user has no step for it, a run that finds the user has.
 */
function describeStatus(text: string | undefined): string {
  if (text === undefined) return 'none';
  const { state, exitCode, message, steps } = JSON.parse(text) as Status;
  const lines = steps.map(({ id, status }) => `${id} ${status === 'unchanged' ? 'changed' : status}`);
  const usual = lines.filter((line) => !/^users\/[^/]+\/password changed$/.test(line));
  return [`${state} ${exitCode} ${message}`, ...usual.sort()].join('\n');
}

/** Throws the differences. `said`: output of the runs, for people. */
export function assertSameEnd(box: Sandbox, reference: EndState, said: string): void {
  const { digest, ...rest } = readEndState(box);
  assert.deepEqual(compareDigests(reference.digest, digest), [], said);
  const { digest: _, ...wanted } = reference;
  assert.deepEqual(rest, wanted, said);
}

/**
 * Each file that is ours is the old one or the new one, complete and with its final owner and mode. What has a temporary name is for
 * root's eyes alone until it gets its final attributes. `isOther`: paths that are another at each run.
 */
export function assertOldOrNew(
  box: Sandbox,
  { before, end, isOther = () => false }: { before: TreeDigest; end: EndState; isOther?: (path: string) => boolean },
  said: string,
): void {
  const half: string[] = [];
  for (const [path, line] of box.digest(incidental)) {
    if (isWrittenByTools(path) || temporary.test(basename(path)) || isOther(path)) continue;
    const isKnown = line === before.get(path) || line === end.digest.get(path);
    if (!isKnown) half.push(`${path} ${line}, not ${before.get(path) ?? 'absent'} or ${end.digest.get(path)}`);
  }
  assert.deepEqual(half, [], said);
}

/** The state before the job, the state after it when nothing disturbs it, and what it said. */
export async function readReference(
  story: Story,
): Promise<{ readonly before: TreeDigest; readonly end: EndState; readonly said: string }> {
  return withStory(story, async (box) => {
    const before = box.digest(incidental);
    const result = await box.run(['guest-init', 'run']);
    const said = result.stdout + result.stderr;
    assert.equal(result.status, 0, said);
    assertReleased(box, said);
    assert.deepEqual(
      countRuns(box, story),
      story.commands.map(() => 1),
    );
    return { before, end: readEndState(box), said };
  });
}
