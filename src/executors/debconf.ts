// Answers given to debconf before a package asks for them. They may be passwords: the tool gets them by standard input alone.

import type { DebconfAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';
import { listMissing } from './installed-packages.ts';

const program = 'debconf-set-selections';

type Selection = { readonly owner: string; readonly question: string; readonly value: string };

export const debconf: Executor<DebconfAction> = {
  inspect({ selections }, host) {
    const known = readAnswers(host);
    const open = parseSelections(selections.reveal()).filter(
      ({ owner, question, value }) => known.get(`${owner} ${question}`) !== value,
    );
    if (open.length === 0) return { state: 'same' };
    return {
      state: 'differs',
      changes: open.map(({ owner, question }) => ({ op: '~', what: `${owner} ${question}` })),
    };
  },

  apply({ selections }, host) {
    const path = host.which(program);
    if (path === undefined) throw new AgentError(exitCodes.internal, `${program}: not on this guest (package debconf)`);
    const text = selections.reveal();
    const result = host.run([path], { input: text.endsWith('\n') ? text : `${text}\n` });
    // What it says may hold the line, and with it the answer.
    if (result.status !== 0)
      throw new AgentError(exitCodes.internal, describeFailure(program, { ...result, stderr: '' }));
    const owners = [...new Set(parseSelections(text).map(({ owner }) => owner))].map((name) => ({ name }));
    const missing = listMissing('apt', owners, host);
    const asked = owners.filter((owner) => !missing.includes(owner)).map(({ name }) => name);
    if (asked.length === 0) return undefined;
    return { message: `${asked.join(', ')}: installed already, asked again by dpkg-reconfigure alone` };
  },
};

/** Lines of `owner question type value`; a value keeps its inner blanks, comments and blank lines are passed over. */
export function parseSelections(text: string): Selection[] {
  return joinLines(text).flatMap((line) => {
    const [, owner = '', question = '', , value = ''] = /^\s*(\S+)\s+(\S+)\s+(\S+)(?:\s(.*))?$/.exec(line) ?? [];
    return line.trimStart().startsWith('#') || owner === '' ? [] : [{ owner, question, value }];
  });
}

/** A backslash at the end of a line goes on with the next one. */
function joinLines(text: string): string[] {
  return text.replace(/\\\n/g, '').split('\n');
}

/** Questions that are marked as answered, by owner and name. */
function readAnswers(host: Host): ReadonlyMap<string, string> {
  const answers = new Map<string, string>();
  for (const name of ['config.dat', 'passwords.dat']) {
    for (const stanza of (host.readText(`/var/cache/debconf/${name}`) ?? '').split(/\n\n+/)) {
      const field = (key: string): string => new RegExp(`^${key}: ?(.*)$`, 'm').exec(stanza)?.[1] ?? '';
      if (!/\bseen\b/.test(field('Flags'))) continue;
      for (const owner of field('Owners').split(/,\s*/)) answers.set(`${owner} ${field('Name')}`, field('Value'));
    }
  }
  return answers;
}
