// Files of repositories as yum, dnf and zypp read them: one section, an option a line.

import { Secret } from '../../core/secret.ts';

export type Option = string | number | boolean | readonly (string | number | boolean)[];

/** `[id]` and its options in the order of the document; what goes on in further lines is indented. */
export function renderRepository(id: string, options: Readonly<Record<string, Option>>): string {
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${renderOption(value)}\n`);
  return `[${id}]\n${lines.join('')}`;
}

/** True and false are 1 and 0, as the programs themselves write them. */
function renderOption(value: Option): string {
  const list = Array.isArray(value) ? value : [value];
  const words = list.map((one) => (typeof one === 'boolean' ? String(Number(one)) : String(one)));
  const lines = words.flatMap((word) => word.split('\n')).map((line) => line.trim());
  return lines.filter((line) => line !== '').join('\n    ');
}

/** A file that holds a password is for root alone, and is not shown. */
export function describeContent(text: string): { content: string | Secret; mode: number } {
  const isSecret = /^(?:proxy_)?password = \S|:\/\/[^\s/:@]+:[^\s/@]+@/m.test(text);
  return isSecret ? { content: new Secret(text), mode: 0o600 } : { content: text, mode: 0o644 };
}
