// The keys of a cloud-config in the manual page.

const begin = '.\\" The keys: written by npm run gen.\n';
const end = '.\\" End of the keys.\n';

/** `text` with `keys` between the two comments that are meant for them, each marked as a literal. Throws when the comments are not there. */
export function replaceKeys(text: string, keys: readonly string[]): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error('the manual page has no place for the keys');
  const last = keys.at(-1);
  const list = keys.slice(0, -1).map((key, index) => `.Li ${key}${index === keys.length - 2 ? '' : ' ,'}\n`);
  return `${text.slice(0, from)}${begin}${list.join('')}and\n.Li ${last} .\n${text.slice(to)}`;
}
