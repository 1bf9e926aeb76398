import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toFunctionBody } from './chunk-body.ts';

/** Runs the body as the executable would; gives what it exports. */
function run(chunk: string, chunks: Readonly<Record<string, object>> = {}): Record<string, unknown> {
  const load = (name: string) => chunks[name];
  const body = new Function('require', '__load', '__import', toFunctionBody(chunk));
  return body(process.getBuiltinModule, load, async (name: string) => load(name));
}

test('names come from other chunks and from modules of Node, and go out', () => {
  const chunk = [
    'import{a,b as c}from"./one.js";',
    'import"./two.js";',
    'import*as path from"node:path";',
    'import fs,{readFileSync as read}from"node:fs";',
    'var sum=a+c,same=fs.readFileSync===read;',
    'function join(){return path.join("x","y")}',
    'export{sum,same as isSame,join};',
  ].join('');
  const { sum, isSame, join } = run(chunk, { './one.js': { a: 1, b: 2 }, './two.js': {} });
  assert.equal(sum, 3);
  assert.equal(isSame, true);
  assert.equal((join as () => string)(), 'x/y');
});

test('what is imported at run time is', async () => {
  const { later } = run('var later=()=>import("./one.js");export{later};', { './one.js': { a: 1 } });
  assert.deepEqual(await (later as () => Promise<unknown>)(), { a: 1 });
});

test('the order in which chunks run is that of the imports', () => {
  const seen: string[] = [];
  const body = new Function('__load', toFunctionBody('import"./b.js";import{x}from"./a.js";'));
  body((name: string) => {
    seen.push(name);
    return {};
  });
  assert.deepEqual(seen, ['./b.js', './a.js']);
});

test('an export that changes later, or in a form that is not known, is refused', () => {
  for (const change of ['x=2', 'x++', '[x]=[2]', 'for(x of[2]);', '({a:x}={a:2})'])
    assert.throws(
      () => toFunctionBody(`var x=1;function f(){${change}}export{x,f};`),
      /exports x, which changes/,
      change,
    );
  for (const form of ['export default 1', 'export*from"./a.js"', 'export{x}from"./a.js"', 'export var x=1'])
    assert.throws(() => toFunctionBody(form), /cannot be linked/, form);
});
