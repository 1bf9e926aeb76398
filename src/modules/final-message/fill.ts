// The message with its names filled in, in either of cloud-init's two ways of writing them.

import { fillText } from '../../userdata/jinja/fill-text.ts';

/** What a message may say; each in lower and in upper case. */
export const messageNames = ['version', 'timestamp', 'datasource', 'uptime'] as const;

/** `{{ uptime }}` below the line "## template: jinja", else `$uptime` and `${uptime}`; of those an unknown one stays as it is written. */
export function fillMessage(
  template: string,
  names: Readonly<Record<string, string>>,
): { readonly text: string } | { readonly problem: string } {
  const all = {
    ...names,
    ...Object.fromEntries(Object.entries(names).map(([key, value]) => [key.toUpperCase(), value])),
  };
  if (/^##\s*template\s*:\s*jinja/i.test(template)) return fillText(template, all);
  const text = template.replace(plainName, (whole, braced?: string, bare?: string) => {
    const key = braced ?? bare ?? '';
    return Object.hasOwn(all, key) ? (all[key] ?? whole) : whole;
  });
  return { text };
}

/** The plain names that stay unfilled. */
export function listUnknownNames(template: string): string[] {
  if (/^##\s*template\s*:/i.test(template)) return [];
  const used = [...template.matchAll(plainName)].map(([, braced, bare]) => braced ?? bare ?? '');
  const known: readonly string[] = messageNames;
  return [...new Set(used.filter((name) => !known.includes(name.toLowerCase())))];
}

const plainName = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;
