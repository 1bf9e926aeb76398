// Turns the functions inside a chunk, arrow functions and methods of object literals among them, into function expressions in
// parentheses, which V8 compiles together with what is around them. Only where nothing can tell the difference.
import { type ArrowFunctionExpression, type Node, type Property, parse } from 'acorn';
import { applyEdits, type Edit } from './edits.ts';
import { listChildren, mentions } from './syntax-tree.ts';

/** `code` is a script that is compiled as a whole anyway; what it does stays the same. `isWanted` is asked for each function, as it stands. */
export function parenthesiseFunctions(code: string, isWanted: (code: string) => boolean): string {
  const edits: Edit[] = [];
  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: true }), undefined);
  // An insertion that closes an inner function comes before one that closes the outer at the same place.
  edits.sort((a, b) => a.start - b.start || a.end - b.end);
  return applyEdits(code, edits);

  function visit(node: Node, parent: Node | undefined): void {
    if (node.type === 'ArrowFunctionExpression') convertArrow(node as ArrowFunctionExpression);
    else if (node.type === 'Property' && (node as Property).method) convertMethod(node as Property);
    else if (node.type === 'FunctionExpression' && isPlainOperand(node, parent) && isWantedAt(node)) {
      insert(node.start, '(');
      for (const child of listChildren(node)) visit(child, node);
      insert(node.end, ')');
      return;
    } else {
      for (const child of listChildren(node)) visit(child, node);
    }
  }

  function isWantedAt({ start, end }: Node): boolean {
    return isWanted(code.slice(start, end));
  }

  function insert(at: number, text: string): void {
    edits.push({ start: at, end: at, text });
  }

  function convertArrow(arrow: ArrowFunctionExpression): void {
    const { params, body } = arrow;
    const last = params.at(-1);
    const plainParameters = params.every((parameter) => !containsFunction(parameter));
    if (!plainParameters || usesOuterThis(body) || !isWantedAt(arrow)) {
      for (const child of listChildren(arrow)) visit(child, arrow);
      return;
    }
    const afterArrow = code.indexOf('=>', last?.end ?? arrow.start) + 2;
    const list = last === undefined ? '' : code.slice(params[0]?.start, last.end);
    const isBlock = body.type === 'BlockStatement';
    const head = `(${arrow.async ? 'async ' : ''}function(${list})${isBlock ? '' : '{return '}`;
    edits.push({ start: arrow.start, end: afterArrow, text: head });
    visit(body, arrow);
    insert(arrow.end, isBlock ? ')' : '})');
  }

  function convertMethod(property: Property): void {
    const { key, value } = property;
    const isFunction = value.type === 'FunctionExpression' && !value.generator;
    if (!isFunction || property.computed || !isWantedAt(value) || mentions(value, (node) => node.type === 'Super')) {
      for (const child of listChildren(property)) visit(child, property);
      return;
    }
    const head = `${code.slice(key.start, key.end)}:(${value.async ? 'async ' : ''}function`;
    edits.push({ start: property.start, end: value.start, text: head });
    for (const child of listChildren(value)) visit(child, value);
    insert(property.end, ')');
  }

  /** Already in parentheses, or a method of a class: left alone. */
  function isPlainOperand(node: Node, parent: Node | undefined): boolean {
    if (parent?.type === 'MethodDefinition' || parent?.type === 'Property') return false;
    return parent?.type === 'CallExpression' || code[node.start - 1] !== '(';
  }
}

function containsFunction(node: Node): boolean {
  return mentions(node, ({ type }) => type.includes('Function') || type.includes('Class'));
}

/** An arrow function has no `this`, `arguments`, `super` or `new.target` of its own; a function expression has. */
function usesOuterThis(node: Node): boolean {
  if (['ThisExpression', 'Super', 'MetaProperty'].includes(node.type)) return true;
  if (node.type === 'Identifier') return (node as Node & { name: string }).name === 'arguments';
  if (node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration') return false;
  return listChildren(node).some(usesOuterThis);
}
