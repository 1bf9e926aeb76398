// What the image's own interfaces(5) files say about links that are now ours: ifup(8) would do both, the image's DHCP and our address.

import type { InterfacesFile } from '../core/facts.ts';

/** Put before each line that no longer counts. */
export const yieldedMark = '# by guest-init: ';

/** The file without the stanzas of these links (kept as comments); undefined where it says nothing about them. */
export function yieldStanzas({ content }: InterfacesFile, links: ReadonlySet<string>): string | undefined {
  let isYielded = false;
  let hasChanged = false;
  const lines: string[] = [];
  for (const line of joinContinuations(content)) {
    const words = line.trim().split(/\s+/);
    const [keyword = '', name = ''] = words;
    if (keyword === '' || keyword.startsWith('#')) {
      lines.push(line);
      continue;
    }
    if (keyword === 'iface' || keyword === 'mapping') isYielded = isMeant(name, links);
    else if (isListing(keyword)) {
      isYielded = false;
      const kept = words.slice(1).filter((word) => !isMeant(word, links));
      if (kept.length < words.length - 1) {
        hasChanged = true;
        if (kept.length > 0) lines.push([keyword, ...kept].join(' '));
        lines.push(`${yieldedMark}${line.trim()}`);
        continue;
      }
    } else if (/^(?:source|source-directory|rename|template)$/.test(keyword)) isYielded = false;
    if (isYielded) hasChanged = true;
    lines.push(isYielded ? `${yieldedMark}${line.trim()}` : line);
  }
  return hasChanged ? lines.join('\n') : undefined;
}

function isListing(keyword: string): boolean {
  return keyword === 'auto' || keyword.startsWith('allow-') || /^no-(?:auto-down|scripts)$/.test(keyword);
}

/** The link itself, and its aliases `eth0:1`. A pattern (`/eth*`) may mean others too and is not taken apart. */
function isMeant(name: string, links: ReadonlySet<string>): boolean {
  return links.has(name.replace(/:.*$/, '')) || links.has(name.replace(/=.*$/, ''));
}

/** A backslash at its end joins a line with the next one. */
function joinContinuations(content: string): string[] {
  return content.replace(/\\\n/g, ' ').split('\n');
}
