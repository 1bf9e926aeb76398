// JSON Patch (RFC 6902) with JSON Pointers (RFC 6901) on a document that knows where its values were written. All of a patch or nothing.

import { isMap } from '../pruned-value.ts';
import { childOf, holdSame, listEntries, listItems, makeList, makeMap, type Node } from './node.ts';

/** What is wrong, and with which operation of the patch: `path` leads into the patch. */
export type PatchProblem = {
  readonly code: 'type' | 'value' | 'missing' | 'limit';
  readonly path: (string | number)[];
  readonly message: string;
};

export type Patched =
  | { readonly ok: true; readonly node: Node }
  | { readonly ok: false; readonly problem: PatchProblem };

/** Children copied, at most: each operation copies the collections on its way, so that a long patch of a long list is quadratic. */
const maxCopied = 1_000_000;

class Fault extends Error {
  readonly code: PatchProblem['code'];
  readonly member: string | undefined;
  constructor(code: PatchProblem['code'], message: string, member?: string) {
    super(message);
    this.code = code;
    this.member = member;
  }
}

/** Applies every operation of `patch` (a list, as JSON has it) to `document`. */
export function applyPatch(document: Node, patch: Node): Patched {
  const operations = listItems(patch);
  if (!Array.isArray(patch.value))
    return refuse('type', [], 'expected a list of operations (RFC 6902), found another value');
  const work: Work = { left: maxCopied };
  let node = document;
  for (const [index, operation] of operations.entries()) {
    try {
      node = applyOperation(node, operation, work);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return refuse(error.code, error.member === undefined ? [index] : [index, error.member], error.message);
    }
  }
  return { ok: true, node };
}

function refuse(code: PatchProblem['code'], path: (string | number)[], message: string): Patched {
  return { ok: false, problem: { code, path, message } };
}

type Work = { left: number };

function applyOperation(document: Node, operation: Node, work: Work): Node {
  if (!isMap(operation.value))
    throw new Fault('type', 'expected an operation such as {"op": "add", "path": "/runcmd/-", "value": "ls"}');
  const members = new Map(listEntries(operation));
  const path = readPointer(members, 'path');
  const value = (): Node => {
    const found = members.get('value');
    if (found === undefined) throw new Fault('missing', 'the member "value" is missing');
    return found;
  };
  const name = members.get('op')?.value;
  switch (name) {
    case 'add':
      return add(document, path, value(), work);
    case 'remove':
      return remove(document, path, work);
    case 'replace':
      find(document, path, 'path');
      return change(document, path, work, () => value());
    case 'move': {
      const from = readPointer(members, 'from');
      if (from.length < path.length && from.every((token, at) => token === path[at])) {
        throw new Fault('value', 'a value cannot be moved into itself', 'from');
      }
      const moved = find(document, from, 'from');
      return add(remove(document, from, work), path, moved, work);
    }
    case 'copy':
      return add(document, path, find(document, readPointer(members, 'from'), 'from'), work);
    case 'test':
      if (!holdSame(find(document, path, 'path').value, value().value)) {
        throw new Fault('value', 'the test fails: the document holds another value there', 'path');
      }
      return document;
    default:
      throw new Fault('value', 'expected one of the operations add, remove, replace, move, copy and test', 'op');
  }
}

function readPointer(members: ReadonlyMap<string, Node>, member: 'path' | 'from'): string[] {
  const pointer = members.get(member)?.value;
  if (pointer === undefined) throw new Fault('missing', `the member "${member}" is missing`);
  if (typeof pointer !== 'string') throw new Fault('type', 'expected a JSON Pointer such as "/runcmd/0"', member);
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) {
    throw new Fault('value', 'expected a JSON Pointer such as "/runcmd/0", with "~0" for "~" and "~1" for "/"', member);
  }
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function find(document: Node, path: readonly string[], member: string): Node {
  let here = document;
  for (const token of path) here = findChild(here, token, member);
  return here;
}

function findChild(node: Node, token: string, member: string): Node {
  const { value } = node;
  const child = childOf(node, Array.isArray(value) ? readIndex(token, value.length - 1, member) : token);
  if (child === undefined) throw new Fault('missing', 'nothing is there in the document', member);
  return child;
}

function readIndex(token: string, last: number, member: string): number {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(token)) throw new Fault('value', 'expected the index of a list entry', member);
  const index = Number(token);
  if (index > last) throw new Fault('missing', 'the list has no such entry', member);
  return index;
}

/** The document with `build` in place of what is at `path`. */
function change(document: Node, path: readonly string[], work: Work, build: (old: Node) => Node): Node {
  const { value } = document;
  work.left -= Array.isArray(value) ? value.length : isMap(value) ? Object.keys(value).length : 1;
  if (work.left < 0) throw new Fault('limit', 'too many operations on collections of this size');
  const [token, ...rest] = path;
  if (token === undefined) return build(document);
  const child = change(findChild(document, token, 'path'), rest, work, build);
  if (Array.isArray(document.value)) return makeList(listItems(document).with(Number(token), child), document);
  return makeMap(new Map(listEntries(document)).set(token, child), document);
}

function add(document: Node, path: readonly string[], value: Node, work: Work): Node {
  const token = path.at(-1);
  if (token === undefined) return value;
  return change(document, path.slice(0, -1), work, (parent) => {
    if (Array.isArray(parent.value)) {
      const items = listItems(parent);
      const index = token === '-' ? items.length : readIndex(token, items.length, 'path');
      return makeList(items.toSpliced(index, 0, value), parent);
    }
    if (isMap(parent.value)) return makeMap(new Map(listEntries(parent)).set(token, value), parent);
    throw new Fault('missing', 'neither a map nor a list is there in the document', 'path');
  });
}

function remove(document: Node, path: readonly string[], work: Work): Node {
  const token = path.at(-1);
  if (token === undefined) throw new Fault('value', 'the whole document cannot be removed', 'path');
  return change(document, path.slice(0, -1), work, (parent) => {
    findChild(parent, token, 'path');
    if (Array.isArray(parent.value)) return makeList(listItems(parent).toSpliced(Number(token), 1), parent);
    const entries = new Map(listEntries(parent));
    entries.delete(token);
    return makeMap(entries, parent);
  });
}
