// Makes V8 compile the functions of a chunk together with it. V8 compiles a function declaration at its first call, so that a code cache
// made at build time holds nothing of it; a function expression in parentheses is compiled at once and cached.
import { type BlockStatement, type CallExpression, type Node, type Program, parse } from 'acorn';

type Edit = { start: number; end: number; text: string };

/**
 * Rewrites, at the top of `code` (a script) and of each CommonJS module that esbuild wrapped in it, the function declarations as
 * variables at its start. They were hoisted before, too: what runs stays the same. `isWanted` is asked for each, as it stands.
 */
export function compileEagerly(code: string, isWanted: (code: string) => boolean = () => true): string {
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: true });
  return rewriteBody({ code, isWanted }, program, 0, code.length);
}

type Source = { readonly code: string; isWanted(code: string): boolean };

/** `start` and `end` bound the statements of `body`, directives included. */
function rewriteBody(source: Source, body: Program | BlockStatement, start: number, end: number): string {
  const { code, isWanted } = source;
  const hoisted: string[] = [];
  const edits: Edit[] = [];
  let directivesEnd = start;
  for (const node of body.body) {
    if (node.type === 'ExpressionStatement' && typeof node.directive === 'string') directivesEnd = node.end;
    else if (node.type === 'FunctionDeclaration' && isWanted(code.slice(node.start, node.end))) {
      hoisted.push(`${node.id.name}=(${code.slice(node.start, node.end)})`);
      edits.push({ start: node.start, end: node.end, text: '' });
    } else edits.push(...findWrappers(node).map((wrapper) => rewriteWrapper(source, wrapper)));
  }
  const variables = hoisted.length === 0 ? '' : `var ${hoisted.join(',')};`;
  return code.slice(start, directivesEnd) + variables + applyEdits(code, edits, directivesEnd, end);
}

type Wrapper = { key: string; parameters: string; body: BlockStatement; start: number; end: number };

/** `__commonJS`, or `(0, chunk.__commonJS)` where another chunk has it. */
function isWrap(callee: CallExpression['callee']): boolean {
  const called = callee.type === 'SequenceExpression' ? callee.expressions.at(-1) : callee;
  const name = called?.type === 'MemberExpression' ? called.property : called;
  return name?.type === 'Identifier' && name.name === '__commonJS';
}

/** Modules in the form `var require_x = __commonJS({ "path"(exports, module) { … } })`. */
function findWrappers(node: Node): Wrapper[] {
  const statement = node as unknown as Program['body'][number];
  if (statement.type !== 'VariableDeclaration') return [];
  return statement.declarations.flatMap(({ init }) => {
    if (init?.type !== 'CallExpression' || !isWrap(init.callee)) return [];
    const [argument] = init.arguments;
    const property = argument?.type === 'ObjectExpression' ? argument.properties[0] : undefined;
    if (property?.type !== 'Property' || property.value.type !== 'FunctionExpression') return [];
    const { params, body } = property.value;
    const parameters = params.map((parameter) => (parameter.type === 'Identifier' ? parameter.name : '')).join(',');
    const key = property.key.type === 'Literal' ? String(property.key.raw) : '""';
    return [{ key, parameters, body, start: property.start, end: property.end }];
  });
}

function rewriteWrapper(source: Source, { key, parameters, body, start, end }: Wrapper): Edit {
  const inner = rewriteBody(source, body, body.start + 1, body.end - 1);
  return { start, end, text: `${key}:(function(${parameters}){${inner}})` };
}

function applyEdits(code: string, edits: readonly Edit[], start: number, end: number): string {
  let result = '';
  let at = start;
  for (const edit of edits) {
    result += code.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + code.slice(at, end);
}
