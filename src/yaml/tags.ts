// Which tag a node carries, resolved with the document's %TAG directives as PyYAML does.
import type { DocumentEvent } from 'js-yaml';

const CORE = 'tag:yaml.org,2002:';

/** Prefix of each tag handle, `!` and `!!` included. */
export type TagHandles = ReadonlyMap<string, string>;

/** Collects the tag handles of a document. */
export function collectHandles(document: DocumentEvent): TagHandles {
  const handles = new Map([
    ['!', '!'],
    ['!!', CORE],
  ]);
  for (const directive of document.directives) {
    if (directive.kind === 'tag') handles.set(directive.handle, directive.prefix);
  }
  return handles;
}

/**
 * Names the tag written as `raw`: `'int'`, `'map'`, ... for YAML's own tags, `'!'` for the bare `!` (which means "as if
 * untagged"), undefined for every other tag.
 */
export function nameTag(raw: string, handles: TagHandles): string | undefined {
  if (raw === '!') return '!';
  let full: string;
  if (raw.startsWith('!<')) {
    full = raw.slice(2, -1);
  } else {
    const second = raw.indexOf('!', 1);
    const handle = second === -1 ? '!' : raw.slice(0, second + 1);
    full = (handles.get(handle) ?? handle) + raw.slice(handle.length);
  }
  if (full.includes('%')) {
    try {
      full = decodeURIComponent(full);
    } catch {
      return undefined;
    }
  }
  return full.startsWith(CORE) ? full.slice(CORE.length) : undefined;
}
