// A plan on a terminal: network, accounts, files, commands; differences indented below their step; guesses marked.

import type { ActionKind } from '../core/action.ts';
import { labelStep } from '../core/plan.ts';
import { nameServersModule } from '../network/name-servers.ts';
import { networkFilesModule } from '../network/persistence.ts';
import { describeDiagnostic } from '../pipeline/verdict.ts';
import { tabulateNetwork } from './network-table.ts';
import type { PlanView, StepState, StepView } from './plan-view.ts';
import { cleanLine, openTerminal, type Terminal } from './terminal.ts';

const titles = [
  'network',
  'network from the next boot on',
  'host name',
  'disks',
  'users and keys',
  'files',
  'packages',
  'system',
  'services',
  'commands, not predicted',
] as const;

type Title = (typeof titles)[number];

const titleOfKind: Readonly<Record<ActionKind, Title>> = {
  ...{ netLink: 'network', netBond: 'network', netVlan: 'network', netAddress: 'network', netRoute: 'network' },
  ...{ netRemove: 'network', netAdvertisements: 'network', netProbe: 'network', netVerify: 'network' },
  hostname: 'host name',
  ...{ partitionTable: 'disks', fileSystem: 'disks', growPartition: 'disks', growFileSystem: 'disks' },
  ...{ fstab: 'disks', mount: 'disks', swapFile: 'disks' },
  ...{ group: 'users and keys', user: 'users and keys', password: 'users and keys', authorizedKeys: 'users and keys' },
  importKeys: 'users and keys',
  fetchedFile: 'files',
  daemon: 'services',
  ...{ file: 'files', lines: 'files', symlink: 'files', remove: 'files' },
  ...{ service: 'services', unit: 'services', notify: 'services', hostKeys: 'services' },
  sections: 'files',
  ...{ packages: 'packages', debconf: 'packages', signingKey: 'packages' },
  ...{ locale: 'system', require: 'system', randomSeed: 'system', powerState: 'commands, not predicted' },
  ...{ phoneHome: 'commands, not predicted', message: 'commands, not predicted' },
  exec: 'commands, not predicted',
};

function findTitle({ module, kind }: StepView): Title {
  return module === networkFilesModule || module === nameServersModule
    ? 'network from the next boot on'
    : titleOfKind[kind];
}

/** Text for a person, ending in a summary line that says that nothing was changed. */
export function printPlan(view: PlanView, terminal: Terminal = openTerminal()): string {
  const { style } = terminal;
  const lines = [`instance ${view.instance}   from ${view.source}`];
  for (const [index, line] of tabulateNetwork(view.network).entries())
    lines.push(`  ${index === 0 ? style.dim(line) : line}`);
  for (const title of titles) {
    const steps = view.steps.filter((step) => findTitle(step) === title);
    if (steps.length === 0) continue;
    lines.push(style.bold(title));
    for (const step of steps) lines.push(...printStep(step, terminal));
    if (title === 'network') lines.push(...view.tools.map((reason) => `    with ${reason}`));
    if (title === 'network from the next boot on') lines.push(`    ${describeBackend(view)}`);
  }
  for (const missing of view.missingLinks) lines.push(`${style.red('!')} ${missing}`);
  for (const diagnostic of view.diagnostics)
    lines.push(
      `${diagnostic.severity === 'error' ? style.red('!') : style.yellow('!')} ${diagnostic.severity}: ${describeDiagnostic(diagnostic)}`,
    );
  return `${[...lines, summarise(view)].map(cleanLine).join('\n')}\n`;
}

function describeBackend({ backend: { backend, reason } }: PlanView): string {
  return backend === undefined ? `by guest-init at each boot: ${reason}` : `by ${backend}: ${reason}`;
}

function printStep(step: StepView, { style }: Terminal): string[] {
  const marks: Record<StepState, string> = {
    do: style.green('+'),
    same: style.dim('='),
    run: ' ',
    check: ' ',
    unseen: style.yellow('?'),
  };
  const mark = step.state === 'do' && step.changes[0]?.op === '~' ? style.yellow('~') : marks[step.state];
  const when = step.kind === 'exec' ? `${step.stage}, ` : '';
  const origin = step.guess === undefined ? (step.source ?? '') : style.yellow(`guess: ${step.guess}`);
  const what = step.command === undefined ? step.summary : `${labelStep(step)}  ${step.command}`;
  const head = `  ${mark} ${what}${origin === '' ? '' : `   ${style.dim(`${when}${origin}`)}`}`;
  const details = step.changes.flatMap((change) => [
    ...(change.what === step.summary ? [] : [`      ${change.op} ${change.what}`]),
    ...(change.diff ?? []).map((line) => `      ${paintDiff(line, style)}`),
  ]);
  return [head, ...details];
}

function paintDiff(line: string, style: Terminal['style']): string {
  if (line.startsWith('+')) return style.green(line);
  return line.startsWith('-') ? style.red(line) : line;
}

function summarise(view: PlanView): string {
  const count = (state: StepState): number => view.steps.filter((step) => step.state === state).length;
  const guesses = view.steps.filter(({ guess }) => guess !== undefined).length;
  const parts = [
    `${count('do')} to do`,
    `${count('same')} already so`,
    ...(count('run') > 0 ? [`${count('run')} ${count('run') === 1 ? 'command' : 'commands'}`] : []),
    ...(count('check') > 0 ? [`${count('check')} ${count('check') === 1 ? 'check' : 'checks'}`] : []),
    ...(count('unseen') > 0 ? [`${count('unseen')} not visible from here`] : []),
    `${guesses} ${guesses === 1 ? 'guess' : 'guesses'}`,
  ];
  return `${view.steps.length} steps: ${parts.join(', ')}.  Nothing was changed.`;
}
