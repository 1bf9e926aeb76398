// Makes V8 compile the functions of a chunk together with it. V8 compiles a function declaration at its first call, so that a code cache
// made at build time holds nothing of it; a function expression in parentheses is compiled at once and cached.
import type { Function as AnyFunction, BlockStatement, FunctionDeclaration, Node, Program } from 'acorn';
import { parse } from 'acorn';
import { applyEdits, type Edit, type Range } from './edits.ts';
import { assigns, listChildren } from './syntax-tree.ts';

type Source = { readonly code: string; isWanted(code: string): boolean };

/**
 * Rewrites, at the top of `code` (a script) and of each function in it, the function declarations as variables at the start. They were
 * hoisted before, too: what runs stays the same. `isWanted` is asked for each, as it stands.
 */
export function compileEagerly(code: string, isWanted: (code: string) => boolean): string {
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: true });
  return rewriteBody({ code, isWanted }, program, { start: 0, end: code.length });
}

/** `range` bounds the statements of `body`, directives included. */
function rewriteBody(source: Source, body: Program | BlockStatement, range: Range): string {
  const { code, isWanted } = source;
  const hoisted: string[] = [];
  const edits: Edit[] = [];
  let directivesEnd = range.start;
  for (const node of body.body) {
    if (node.type === 'ExpressionStatement' && typeof node.directive === 'string') directivesEnd = node.end;
    else if (isMovable(node) && isWanted(code.slice(node.start, node.end))) {
      hoisted.push(`${node.id.name}=(${applyEdits(code, rewriteInside(source, node), node)})`);
      edits.push({ start: node.start, end: node.end, text: '' });
    } else edits.push(...rewriteInside(source, node));
  }
  const variables = hoisted.length === 0 ? '' : `var ${hoisted.join(',')};`;
  const rest = applyEdits(code, edits, { start: directivesEnd, end: range.end });
  return code.slice(range.start, directivesEnd) + variables + rest;
}

/** The bodies of the outermost functions in `node`, each rewritten. */
function rewriteInside(source: Source, node: Node): Edit[] {
  if (isFunction(node) && node.body.type === 'BlockStatement') {
    const { body } = node;
    const range = { start: body.start + 1, end: body.end - 1 };
    const inParameters = listChildren(node).filter((child) => child !== body);
    return [
      ...inParameters.flatMap((child) => rewriteInside(source, child)),
      { ...range, text: rewriteBody(source, body, range) },
    ];
  }
  return listChildren(node).flatMap((child) => rewriteInside(source, child));
}

/** An expression cannot give its own name another value, as a declaration can. */
function isMovable(node: Node): node is FunctionDeclaration {
  return node.type === 'FunctionDeclaration' && !assigns(node, (node as FunctionDeclaration).id.name);
}

function isFunction(node: Node): node is AnyFunction {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type);
}
