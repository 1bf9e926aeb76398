// A template that is the value of a key: its text with the names filled in.

import { renderTemplate } from './render.ts';

/** `problem` is one sentence, with the line of the template. A header line "## template: jinja" is not part of the text. */
export function fillText(
  text: string,
  names: Readonly<Record<string, unknown>>,
): { readonly text: string } | { readonly problem: string } {
  const rendered = renderTemplate({ text, source: 'template', headerOffset: 0, headerLine: 1 }, names);
  if (rendered.ok) return { text: rendered.text };
  const [first] = rendered.problems;
  return { problem: `line ${first?.line ?? 1} of the template: ${first?.message ?? 'cannot be filled in'}` };
}
