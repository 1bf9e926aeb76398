// Makes V8 compile the functions of a chunk together with it. V8 compiles a function declaration at its first call, so that a code cache
// made at build time holds nothing of it; a function expression in parentheses is compiled at once and cached.
import { type BlockStatement, type Node, type Program, parse } from 'acorn';

type Edit = { start: number; end: number; text: string };

/**
 * Rewrites, at the top of `code` (a script) and of each CommonJS module that esbuild wrapped in it, the function declarations as
 * variables at its start. They were hoisted before, too: what runs stays the same.
 */
export function compileEagerly(code: string): string {
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: true });
  return rewriteBody(code, program, 0, code.length);
}

/** `start` and `end` bound the statements of `body`, directives included. */
function rewriteBody(code: string, body: Program | BlockStatement, start: number, end: number): string {
  const hoisted: string[] = [];
  const edits: Edit[] = [];
  let directivesEnd = start;
  for (const node of body.body) {
    if (node.type === 'ExpressionStatement' && typeof node.directive === 'string') directivesEnd = node.end;
    else if (node.type === 'FunctionDeclaration') {
      hoisted.push(`${node.id.name}=(${code.slice(node.start, node.end)})`);
      edits.push({ start: node.start, end: node.end, text: '' });
    } else edits.push(...findWrappers(node).map((wrapper) => rewriteWrapper(code, wrapper)));
  }
  const variables = hoisted.length === 0 ? '' : `var ${hoisted.join(',')};`;
  return code.slice(start, directivesEnd) + variables + applyEdits(code, edits, directivesEnd, end);
}

type Wrapper = { key: string; parameters: string; body: BlockStatement; start: number; end: number };

/** Modules in the form `var require_x = __commonJS({ "path"(exports, module) { … } })`. */
function findWrappers(node: Node): Wrapper[] {
  const statement = node as unknown as Program['body'][number];
  if (statement.type !== 'VariableDeclaration') return [];
  return statement.declarations.flatMap(({ init }) => {
    if (init?.type !== 'CallExpression' || init.callee.type !== 'Identifier' || init.callee.name !== '__commonJS')
      return [];
    const [argument] = init.arguments;
    const property = argument?.type === 'ObjectExpression' ? argument.properties[0] : undefined;
    if (property?.type !== 'Property' || property.value.type !== 'FunctionExpression') return [];
    const { params, body } = property.value;
    const parameters = params.map((parameter) => (parameter.type === 'Identifier' ? parameter.name : '')).join(',');
    const key = property.key.type === 'Literal' ? String(property.key.raw) : '""';
    return [{ key, parameters, body, start: property.start, end: property.end }];
  });
}

function rewriteWrapper(code: string, { key, parameters, body, start, end }: Wrapper): Edit {
  const inner = rewriteBody(code, body, body.start + 1, body.end - 1);
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
