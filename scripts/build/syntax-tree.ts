// Walks over acorn's trees (ESTree), whatever kinds of nodes they have.
import type { Identifier, Node } from 'acorn';

export function listChildren(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => value !== null && typeof value === 'object' && typeof value.type === 'string');
}

/** Whether the node or one below it is wanted. */
export function mentions(node: Node, wanted: (node: Node) => boolean): boolean {
  return wanted(node) || listChildren(node).some((child) => mentions(child, wanted));
}

const assignments = new Set(['AssignmentExpression', 'ForInStatement', 'ForOfStatement']);

/** Whether something of that name is given a value in the node, other than where it is declared. */
export function assigns(node: Node, name: string): boolean {
  return mentions(node, (part) => {
    const { left, argument } = part as Node & { left?: Node; argument?: Node };
    const target = assignments.has(part.type) ? left : part.type === 'UpdateExpression' ? argument : undefined;
    return (
      target !== undefined && target.type !== 'MemberExpression' && mentions(target, (inner) => isNamed(inner, name))
    );
  });
}

function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && (node as Identifier).name === name;
}
