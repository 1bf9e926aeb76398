// Turns a chunk, an ECMAScript module as esbuild writes it, into the body of a function. esbuild's own conversion gives every name that one
// chunk has from another a getter, and another around it, which are asked at each use: here a name is looked up once.
import {
  type ExportNamedDeclaration,
  type ImportDeclaration,
  type MetaProperty,
  type Node,
  type Program,
  parse,
} from 'acorn';
import { applyEdits, type Edit } from './edits.ts';
import { assigns, listChildren } from './syntax-tree.ts';

/**
 * The statements of `chunk` with its imports as calls of `__load` (other chunks, `__import` where it imports at run time) and `require` (Node's
 * modules), its exports as what is returned, and `__importMetaUrl` for import.meta.url. What is imported must have its value for good once its
 * chunk has run. No chunk imports itself by way of others: esbuild puts a chunk together of what the same entries need, and what it imports is
 * needed by more. Throws when an export is assigned to, or stands in a form that esbuild does not write.
 */
export function toFunctionBody(chunk: string): string {
  const program = parse(chunk, { ecmaVersion: 'latest', sourceType: 'module' });
  const edits = program.body.flatMap((statement) => [
    ...convertStatement(statement, program),
    ...convertInside(statement),
  ]);
  edits.sort((a, b) => a.start - b.start);
  return `"use strict";${applyEdits(chunk, edits)}`;
}

function convertStatement(statement: Node, program: Program): Edit[] {
  const { start, end, type } = statement;
  if (type === 'ImportDeclaration') return [{ start, end, text: convertImport(statement as ImportDeclaration) }];
  if (type === 'ExportNamedDeclaration')
    return [{ start, end, text: convertExport(statement as ExportNamedDeclaration, program) }];
  if (type.startsWith('Export')) throw new Error(`a chunk has an export that cannot be linked: ${type}`);
  return [];
}

function convertImport({ specifiers, source }: ImportDeclaration): string {
  const value = `${isChunk(source.value) ? '__load' : 'require'}(${JSON.stringify(source.value)})`;
  if (specifiers.length === 0) return `${value};`;
  const named = specifiers.flatMap((specifier) =>
    specifier.type === 'ImportSpecifier' ? [nameProperty(nameOf(specifier.imported), specifier.local.name)] : [],
  );
  // A module of Node is its own namespace and default export.
  const whole = specifiers.flatMap(({ type, local }) => (type === 'ImportSpecifier' ? [] : [local.name]));
  return `var ${[...whole, ...(named.length === 0 ? [] : [`{${named.join(',')}}`])].map((target) => `${target}=${value}`).join(',')};`;
}

function convertExport({ specifiers, source, declaration }: ExportNamedDeclaration, program: Program): string {
  if (source || declaration) throw new Error('a chunk has an export that cannot be linked');
  const names = specifiers.map(({ local, exported }) => ({ local: nameOf(local), exported: nameOf(exported) }));
  for (const { local } of names)
    if (assigns(program, local)) throw new Error(`a chunk exports ${local}, which changes after it was set`);
  return `return{${names.map(({ local, exported }) => nameProperty(exported, local)).join(',')}};`;
}

function nameProperty(key: string, value: string): string {
  return key === value ? key : `${key}:${value}`;
}

function nameOf(name: Node): string {
  if (name.type !== 'Identifier') throw new Error(`a chunk names an export by a ${name.type}`);
  return (name as Node & { name: string }).name;
}

function isChunk(source: unknown): boolean {
  return String(source).startsWith('./');
}

/** Imports at run time, and import.meta. */
function convertInside(node: Node): Edit[] {
  const { start, end } = node;
  const inside = listChildren(node).flatMap(convertInside);
  if (node.type === 'ImportExpression') return [{ start, end: start + 'import'.length, text: '__import' }, ...inside];
  if (node.type === 'MetaProperty' && (node as MetaProperty).meta.name === 'import')
    return [{ start, end, text: '({})' }];
  return inside;
}
