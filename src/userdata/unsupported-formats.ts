// Formats of user_data that are recognised and refused by name: cloud-init's other formats, and those of its neighbours.

import type { DiagnosticCode } from '../core/diagnostic.ts';

export type RefusedFormat = {
  readonly code: DiagnosticCode;
  /** A whole message; names the format and says what to do. */
  readonly message: string;
};

const later = 'is not supported yet by this version; nothing of it is applied';

const byFirstLine: readonly (readonly [pattern: RegExp, format: RefusedFormat])[] = [
  [/^#upstart-job/i, unsupported('#upstart-job', 'use write_files in a #cloud-config document')],
  [
    /^##\s*template\s*:(?!\s*jinja)/i,
    unsupported('a template of another kind than jinja', 'send the rendered document'),
  ],
  [
    /^#part-handler/i,
    {
      code: 'refused',
      message:
        'a #part-handler is refused: it is Python code to be run as root by the agent; send a script ("#!") instead',
    },
  ],
];

const ignitionFormat = unsupported('an Ignition document', 'send a #cloud-config document');

/** Finds the format that a text is in when it is one that this version knows and does not apply. `text` starts at `firstLine`. */
export function findRefusedFormat(firstLine: string, text: string): RefusedFormat | undefined {
  if (firstLine.startsWith('#')) return byFirstLine.find(([pattern]) => pattern.test(firstLine))?.[1];
  const start = text.slice(0, 4096);
  return start.startsWith('{') && /"ignition"\s*:/.test(start) ? ignitionFormat : undefined;
}

function unsupported(name: string, remedy: string): RefusedFormat {
  return { code: 'unsupported-format', message: `${name} ${later}; ${remedy}` };
}
