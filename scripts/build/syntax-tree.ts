// Walks over acorn's trees (ESTree), whatever kinds of nodes they have.
import type { Node } from 'acorn';

export function listChildren(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => value !== null && typeof value === 'object' && typeof value.type === 'string');
}

/** Whether the node or one below it is wanted. */
export function mentions(node: Node, wanted: (node: Node) => boolean): boolean {
  return wanted(node) || listChildren(node).some((child) => mentions(child, wanted));
}
