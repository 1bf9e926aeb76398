// The lines of an interfaces(5) text as stanzas, each with the line where it stands. What a stanza means is not decided here.

/** One line of a stanza: `netmask 255.255.255.0`. `words` are those behind the keyword. */
export type Line = { readonly line: number; readonly keyword: string; readonly words: readonly string[] };

/** `iface eth0 inet static` and the lines that belong to it. */
export type IfaceStanza = {
  readonly line: number;
  readonly name: string;
  /** inet, inet6, …; undefined where the line ends before it. */
  readonly family: string | undefined;
  /** static, dhcp, auto, manual, loopback, …. */
  readonly method: string | undefined;
  readonly options: readonly Line[];
};

export type Stanzas = {
  readonly ifaces: readonly IfaceStanza[];
  /** Links that are brought up at boot: by auto or allow-hotplug. */
  readonly listed: ReadonlySet<string>;
  /** Stanzas of another kind, and lines that belong to none, by their first line. */
  readonly others: readonly Line[];
};

/** Never fails: what is no stanza of interfaces(5) is among `others`. */
export function readStanzas(text: string): Stanzas {
  const ifaces: (IfaceStanza & { options: Line[] })[] = [];
  const listed = new Set<string>();
  const others: Line[] = [];
  let open: { options: Line[] } | 'other' | undefined;
  for (const entry of readLines(text)) {
    const { keyword, words, line } = entry;
    if (keyword === 'iface') {
      const [name = '', family, method, ...rest] = words;
      const stanza = { line, name, family, method, options: [] as Line[] };
      if (name === '') others.push(entry);
      else ifaces.push(stanza);
      // `iface eth0 inet static inherits base`, which only ifupdown 0.8 knows.
      if (rest.length > 0) stanza.options.push({ line, keyword: rest[0] ?? '', words: rest.slice(1) });
      open = stanza;
    } else if (keyword === 'auto' || keyword === 'allow-auto' || keyword === 'allow-hotplug') {
      for (const name of words) listed.add(name);
      open = undefined;
    } else if (isStanza(keyword)) {
      others.push(entry);
      open = 'other';
    } else if (open === undefined) others.push(entry);
    else if (open !== 'other') open.options.push(entry);
  }
  return { ifaces, listed, others };
}

function isStanza(keyword: string): boolean {
  return /^(?:mapping|source|source-directory|template|rename|allow-.+|no-auto-down|no-scripts)$/.test(keyword);
}

/** Lines with something to say; a backslash at the end joins a line with the next one. */
function readLines(text: string): Line[] {
  const lines: Line[] = [];
  let joined = '';
  let first = 0;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (joined === '') first = index + 1;
    if (raw.endsWith('\\')) {
      joined += `${raw.slice(0, -1)} `;
      continue;
    }
    const [keyword = '', ...words] = `${joined}${raw}`.trim().split(/\s+/);
    joined = '';
    if (keyword !== '' && !keyword.startsWith('#')) lines.push({ line: first, keyword, words });
  }
  const [keyword = '', ...words] = joined.trim().split(/\s+/);
  if (keyword !== '' && !keyword.startsWith('#')) lines.push({ line: first, keyword, words });
  return lines;
}
