// How documents combine, as cloud-init writes it down (cloudinit/mergers): `list(append)+dict(no_replace,recurse_list)+str()`, or a list of
// maps with name and settings; in the document (merge_how, merge_type) or in a header of its part.

import { describeType } from '../../core/diagnostic.ts';
import { quoteKey } from '../key-names.ts';
import type { KeyPath } from '../module-section.ts';
import { isMap } from '../pruned-value.ts';

/** A strategy is absent where nothing is said of that type: such values stay as they are. */
export type Strategy = {
  readonly dict?: {
    readonly replace: boolean;
    readonly allowDelete: boolean;
    readonly recurseList: boolean;
    readonly recurseStr: boolean;
  };
  readonly list?: {
    readonly method: 'replace' | 'append' | 'prepend' | 'no_replace';
    readonly recurseList: boolean;
    readonly recurseStr: boolean;
    readonly recurseDict: boolean;
  };
  readonly str?: { readonly append: boolean };
};

export type StrategyProblem = {
  readonly severity: 'error' | 'warning';
  readonly code: 'value' | 'type' | 'missing';
  readonly path: KeyPath;
  readonly message: string;
};

type Named = { readonly name: string; readonly options: readonly string[]; readonly path: KeyPath };

const knownOptions: Readonly<Record<string, readonly string[]>> = {
  dict: ['replace', 'no_replace', 'allow_delete', 'recurse_str', 'recurse_array', 'recurse_list', 'recurse_dict'],
  list: ['replace', 'append', 'prepend', 'no_replace', 'recurse_str', 'recurse_dict', 'recurse_array', 'recurse_list'],
  str: ['append'],
};

const example = 'such as "list(append)+dict(no_replace,recurse_list)+str()"';

/** Between parts of one source: a later part replaces whole keys. */
export const partStrategy: Strategy = buildStrategy([
  { name: 'dict', options: ['replace'], path: [] },
  ...plain('list', 'str'),
]);

/** Between sources: the stronger one keeps what it says, maps are joined. The stronger is the older in terms of merging. */
export const layerStrategy: Strategy = buildStrategy(plain('list', 'dict', 'str'));

function plain(...names: readonly string[]): Named[] {
  return names.map((name) => ({ name, options: [], path: [] }));
}

/**
 * The strategy that values of merge_how and of a header ask for, the former first; undefined when they ask for none, or for something that
 * cannot be done, which `report` is then told as an error. `path` leads into the value that was given.
 */
export function readStrategy(
  values: readonly unknown[],
  report: (problem: StrategyProblem) => void,
): Strategy | undefined {
  let isBroken = false;
  const fail = (problem: Omit<StrategyProblem, 'severity'>): void => {
    isBroken = true;
    report({ severity: 'error', ...problem });
  };
  const named = values.flatMap((value) => readNamed(value, fail));
  for (const { name, options, path } of named) {
    const known = knownOptions[name];
    if (known === undefined) {
      fail({ code: 'value', path, message: `expected the strategies dict, list and str, found ${quoteKey(name)}` });
      continue;
    }
    for (const option of options.filter((word) => !known.includes(word))) {
      report({
        severity: 'warning',
        code: 'value',
        path,
        message: `${name}() has no option ${quoteKey(option)}; left out`,
      });
    }
  }
  if (named.length === 0 || isBroken) return undefined;
  if (!named.some(({ name }) => name === 'dict')) {
    fail({
      code: 'missing',
      path: [],
      message: `expected a strategy for maps too, ${example}; without dict() nothing of the part counts`,
    });
    return undefined;
  }
  return buildStrategy(named);
}

function readNamed(value: unknown, fail: (problem: Omit<StrategyProblem, 'severity'>) => void): Named[] {
  if (typeof value === 'string') return readText(value, fail);
  if (!Array.isArray(value)) {
    fail({ code: 'type', path: [], message: `expected strategies ${example}, found ${describeType(value)}` });
    return [];
  }
  return value.flatMap((entry: unknown, index): Named[] => {
    const { name, settings } = isMap(entry)
      ? { name: entry['name'], settings: entry['settings'] }
      : Array.isArray(entry)
        ? { name: entry[0], settings: entry.slice(1) }
        : { name: undefined, settings: undefined };
    if (typeof name !== 'string' || !Array.isArray(settings) || !settings.every((word) => typeof word === 'string')) {
      const message = `expected a map with name and settings, such as {name: list, settings: [append]}, found ${describeType(entry)}`;
      fail({ code: 'type', path: [index], message });
      return [];
    }
    return [{ name: normalise(name), options: settings.map(normalise), path: [index] }];
  });
}

function readText(text: string, fail: (problem: Omit<StrategyProblem, 'severity'>) => void): Named[] {
  return text.split('+').flatMap((word): Named[] => {
    const strategy = normalise(word);
    if (strategy === '') return [];
    const match = /^([a-z_]\w*)\(([^()]*)\)$/.exec(strategy);
    if (match === null) {
      fail({ code: 'value', path: [], message: `expected strategies ${example}, found another string` });
      return [];
    }
    const options = (match[2] ?? '').split(',').map(normalise);
    return [{ name: match[1] ?? '', options: options.filter((option) => option !== ''), path: [] }];
  });
}

function normalise(word: string): string {
  return word.trim().toLowerCase().replaceAll('-', '_');
}

/** Of two strategies for a type the first counts. */
function buildStrategy(named: readonly Named[]): Strategy {
  const find = (name: string): ((option: string) => boolean) | undefined => {
    const found = named.find((entry) => entry.name === name);
    return found && ((option) => found.options.includes(option));
  };
  const [dict, list, str] = [find('dict'), find('list'), find('str')];
  const methods = ['append', 'prepend', 'replace', 'no_replace'] as const;
  return {
    ...(dict && {
      dict: {
        replace: dict('replace'),
        allowDelete: dict('allow_delete'),
        recurseList: dict('recurse_array') || dict('recurse_list'),
        recurseStr: dict('recurse_str'),
      },
    }),
    ...(list && {
      list: {
        method: methods.find((method) => list(method)) ?? 'replace',
        recurseList: list('recurse_array') || list('recurse_list'),
        recurseStr: list('recurse_str'),
        recurseDict: list('recurse_dict'),
      },
    }),
    ...(str && { str: { append: str('append') } }),
  };
}
