// Plans the files of the keyboard, and the distribution's tool that makes the console use them.

import type { LinesAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { findFamily } from '../../distros/family.ts';
import type { Keyboard, KeyboardNames } from './schema.ts';

/** Late: nobody sits at the console of a first boot, and converting a layout takes seconds. */
export function planKeyboard({ config, facts, place }: ModuleContext<Keyboard>): Step[] {
  const { keyboard } = config;
  if (keyboard === undefined) return [];
  const step = (tail: string, summary: string, rest: Pick<Step, 'action' | 'needs'>): Step => ({
    ...{ id: `keyboard/${tail}`, module: 'keyboard', stage: 'late', summary, source: place(['keyboard']) },
    ...rest,
  });
  const { layout, variant } = keyboard;
  const family = findFamily(facts.os);
  if (family === 'alpine') {
    const argv = ['setup-keymap', layout, variant === '' ? layout : variant];
    const command = argv.join(' ');
    return [step('keymap', command, { action: { kind: 'exec', label: command, command: { argv } } })];
  }
  if (family === 'debian') {
    const path = '/etc/default/keyboard';
    const file = step('file', `${describe(keyboard)} (${path})`, { action: describeDebianFile(path, keyboard) });
    const onChangeOf = [file.id];
    return [
      file,
      step('console', 'setupcon --save-only', {
        action: { kind: 'notify', argv: ['setupcon', '--save-only'], ifExists: '/bin/setupcon', onChangeOf },
        needs: onChangeOf,
      }),
      step('service', 'keyboard-setup.service', {
        action: { kind: 'service', units: ['keyboard-setup.service'], verb: 'restart', onChangeOf },
        needs: ['keyboard/console'],
      }),
    ];
  }
  const path = '/etc/vconsole.conf';
  const keymap = nameKeymap(keyboard, family === 'arch');
  const console = step('file', `${keymap} (${path})`, {
    action: describeVariables(path, [['KEYMAP', keymap], ...listVariables(keyboard)], (value) => value),
  });
  const graphical = '/etc/X11/xorg.conf.d/00-keyboard.conf';
  return [
    console,
    step('x11', `${describe(keyboard)} (${graphical})`, {
      action: { kind: 'file', path: graphical, content: describeInputClass(keyboard), mode: 0o644 },
    }),
    step('service', 'systemd-vconsole-setup.service', {
      action: {
        ...{ kind: 'service', verb: 'restart', onChangeOf: [console.id] },
        units: ['systemd-vconsole-setup.service'],
      },
      needs: [console.id],
    }),
  ];
}

function describe({ layout, model, variant, options }: KeyboardNames): string {
  return [layout, variant, model, options].filter((name) => name !== '').join(' ');
}

/** keyboard(5). */
function describeDebianFile(path: string, keyboard: KeyboardNames): LinesAction {
  const { rules, ...action } = describeVariables(path, listVariables(keyboard), (value) => `"${value}"`);
  const backspace = { pattern: '^BACKSPACE=', line: 'BACKSPACE="guess"', add: 'end', keep: true } as const;
  return { ...action, rules: [...rules, backspace] };
}

function listVariables({ layout, model, variant, options }: KeyboardNames): [string, string][] {
  return [
    ['XKBMODEL', model],
    ['XKBLAYOUT', layout],
    ['XKBVARIANT', variant],
    ['XKBOPTIONS', options],
  ];
}

function describeVariables(
  path: string,
  variables: readonly (readonly [name: string, value: string])[],
  quote: (value: string) => string,
): LinesAction {
  const rules = variables.map(([name, value]) => ({
    pattern: `^\\s*${name}=`,
    line: `${name}=${quote(value)}`,
    add: 'end' as const,
  }));
  return { kind: 'lines', path, mode: 0o644, rules };
}

/** kbd brings a console keymap for each layout and variant, named by both; Arch's kbd has those of the layouts alone. */
function nameKeymap({ layout, variant }: KeyboardNames, isLayoutOnly: boolean): string {
  const [first = layout] = layout.split(',', 1);
  const [second = ''] = variant.split(',', 1);
  return second === '' || isLayoutOnly ? first : `${first}-${second}`;
}

/** xorg.conf(5), as localectl(1) writes it. */
function describeInputClass({ layout, model, variant, options }: KeyboardNames): string {
  const settings = [
    ['XkbLayout', layout],
    ['XkbModel', model],
    ['XkbVariant', variant],
    ['XkbOptions', options],
  ].filter(([, value]) => value !== '');
  return [
    '# Written by guest-init: keyboard.',
    'Section "InputClass"',
    '        Identifier "system-keyboard"',
    '        MatchIsKeyboard "on"',
    ...settings.map(([name, value]) => `        Option "${name}" "${value}"`),
    'EndSection',
    '',
  ].join('\n');
}
