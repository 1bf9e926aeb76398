// What seal found and did: one line each with path, class and reason, and a last line that is enough to go on.

import type { Mend } from '../seal/leftover.ts';
import type { Mended } from '../seal/mend-leftovers.ts';
import type { Sealed } from '../seal/seal.ts';
import { repeatRoot } from './root-folder.ts';
import { cleanLine, openTerminal, type Terminal } from './terminal.ts';

/** check and dry look; dry was asked to act and is on a terminal. */
export type SealMode = 'check' | 'dry' | 'act';

/** What seal does about it by itself: remove, rewrite, or nothing because people have to judge it (tell) or need only know (note). */
type Action = 'remove' | 'rewrite' | 'tell' | 'note';

type LeftoverLine = Pick<Mended, 'class' | 'path' | 'line' | 'what' | 'why' | 'outcome' | 'failure'> & {
  readonly action: Action;
};

export type SealView = {
  readonly version: 1;
  readonly mode: SealMode;
  readonly root: string;
  /** Nothing is left that makes the image not a template. */
  readonly template: boolean;
  readonly leftovers: readonly LeftoverLine[];
  /** What keeps it from being one afterwards. */
  readonly remaining: readonly Pick<LeftoverLine, 'class' | 'path' | 'line'>[];
};

/** The same facts for people and programs. */
export function viewSeal(sealed: Sealed, { mode, root }: { mode: SealMode; root: string }): SealView {
  return {
    version: 1,
    mode,
    root,
    template: sealed.remaining.length === 0,
    leftovers: sealed.leftovers.map(({ mend, class: name, path, line, what, why, outcome, failure }) => ({
      class: name,
      path,
      ...(line === undefined ? {} : { line }),
      what,
      why,
      action: nameAction(mend),
      outcome,
      ...(failure === undefined ? {} : { failure }),
    })),
    remaining: sealed.remaining.map(({ class: name, path, line }) => {
      return { class: name, path, ...(line === undefined ? {} : { line }) };
    }),
  };
}

function nameAction({ kind }: Mend): Action {
  const names = { remove: 'remove', 'remove-tree': 'remove', rewrite: 'rewrite', 'drop-lines': 'rewrite' } as const;
  return kind === 'tell' || kind === 'note' ? kind : names[kind];
}

/** Plain lines; `-` goes, `~` is rewritten, `!` is for people to judge, `x` could not be done, `.` is only said. */
export function printSeal(view: SealView, terminal: Terminal = openTerminal()): string {
  const told = new Set(view.leftovers.filter(({ outcome }) => outcome !== 'mended').map(name));
  const unexpected = view.remaining.filter((leftover) => !told.has(name(leftover)));
  const lines = [
    ...view.leftovers.map((leftover) => describe(leftover, terminal)),
    ...unexpected.map(
      (leftover) => `  ${terminal.style.red('x')} ${name(leftover)}: it is still there, or there again`,
    ),
    conclude(view, terminal),
  ];
  return `${lines.map(cleanLine).join('\n')}\n`;
}

function describe(leftover: LeftoverLine, { style }: Terminal): string {
  const { what, why, action, failure } = leftover;
  const said = `${name(leftover)}: ${what}`;
  if (failure !== undefined) return `  ${style.red('x')} ${said}; could not be mended: ${failure}`;
  const mark = { remove: '-', rewrite: '~', tell: style.yellow('!'), note: '.' }[action];
  return `  ${mark} ${said}${action === 'note' ? '' : `; ${why}`}`;
}

function name({ class: group, path, line }: Pick<LeftoverLine, 'class' | 'path' | 'line'>): string {
  // Names in an image may hold anything, our own colours included.
  return `${cleanLine(path.replaceAll('\u001b', '?'))}${line === undefined ? '' : `:${line}`}  ${group}`;
}

function conclude({ mode, root, template, leftovers, remaining }: SealView, { style }: Terminal): string {
  const subject = root === '/' ? 'this guest' : root;
  const mendable = leftovers.filter(({ action }) => action === 'remove' || action === 'rewrite');
  const mended = mendable.filter(({ outcome }) => outcome === 'mended').length;
  const told = leftovers.filter(({ action }) => action === 'tell').length;
  if (mode === 'act') {
    const done = mended === 0 ? 'nothing had to be done' : `${count(mended, 'leftover')} taken out`;
    if (template) return `guest-init: ${style.green('SEALED')} ${subject}: ${done}; ${afterwards(root)}`;
    return `guest-init: ${style.red('NOT A TEMPLATE')} ${subject}: ${done}, ${remaining.length} left; judge them, then: guest-init seal${repeatRoot(root)} --check`;
  }
  if (template) return `guest-init: ${style.green('CLEAN')} ${subject} is a template`;
  const parts = [
    ...(mendable.length > 0 ? [`${mendable.length} that seal takes out`] : []),
    ...(told > 0 ? [`${told} for you to judge`] : []),
  ];
  const next =
    mode === 'dry' && mendable.length > 0 ? `; to take them out: guest-init seal${repeatRoot(root)} --yes` : '';
  return `guest-init: ${style.red('NOT A TEMPLATE')} ${subject}: ${count(mendable.length + told, 'leftover')} (${parts.join(', ')}); nothing was changed${next}`;
}

/** What runs on writes logs and a seed again. */
function afterwards(root: string): string {
  return root === '/' ? 'now, before anything is written again: systemctl poweroff --force' : 'it is a template';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
