import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifyFunction } from './boot-profile.ts';

/** Each line holds one function: as the build finds it, and as V8 counts it before and after the build has changed it. */
const same: readonly (readonly string[])[] = [
  [
    '(exports,module){module.exports=1}',
    '"a/b.js"(exports,module){module.exports=1}',
    'function(exports,module){module.exports=1}',
  ],
  [
    '(host){return find(host)}',
    'read(host){return find(host)}',
    'async read(host){return find(host)}',
    'function(host){return find(host)}',
  ],
  ['(path)=>look(path)', 'function(path){return look(path)}'],
  ['function f(){(0,import_chunk_A3OMQZ6U.g)()}', 'function f(){(0,import_chunk_RIJCDECW.g)()}'],
  ['()=>require("./run-command-QJ6BX5UD.js")', 'function(){return require("./run-command-BI4VRV3B.js")}'],
];

test('a function is the same however it is written and whatever its chunks are called', () => {
  for (const forms of same)
    assert.deepEqual(
      forms.map(identifyFunction),
      forms.map(() => identifyFunction(forms[0] ?? '')),
    );
});

test('other functions are not', () => {
  const forms = [
    ...same.map(([form = '']) => form),
    'function g(){}',
    'function h(){}',
    'host=>host',
    'a=>f(a)',
    'a=>g(a)',
  ];
  assert.equal(new Set(forms.map(identifyFunction)).size, forms.length);
});
