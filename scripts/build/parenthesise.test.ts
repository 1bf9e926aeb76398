import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { compileEagerly } from './compile-eagerly.ts';
import { parenthesiseFunctions } from './parenthesise.ts';

const all = (): boolean => true;

/** Programs whose completion value tells whether they still do the same. */
const programs = [
  'var f=x=>x+1;f(1)',
  'var f=(a,{b},[c]=[3],...d)=>[a,b,c,d.length];f(1,{b:2},undefined,4,5)',
  'var f=a=>b=>c=>[a,b,c];f(1)(2)(3)',
  'var f=()=>({a:1});f().a',
  'var f=x=>{const g=()=>x;return g()};f(7)',
  'var f=(a,b=()=>a)=>b();f(9)',
  'var o={m(a){return this.k+a},k:2};o.m(3)',
  'var o={async m(a){return await a},n:1};typeof o.m(1).then',
  'var o={f:x=>x*2,g(){return[1,2].map(x=>this.f(x))}};o.g()',
  'var o={get g(){return 1},set g(x){},["c"+1](){return 2},*gen(){yield 3}};[o.g,o.c1(),[...o.gen()]]',
  'function f(){return(()=>arguments[0])()}f(5)',
  'function F(){this.v=1;this.g=()=>this.v}new F().g()',
  'class A{m(){return 1}}class B extends A{m(){return(()=>super.m())()+1}}new B().m()',
  'var p={b(){return 1}},o={__proto__:p,b(){return super.b()+1}};o.b()',
  'var f=function(){return 1},g=(function(){return 2}),h=[3].map(function(x){return x});[f(),g(),h]',
  '(function(){return 4})()',
  'var f=async x=>await x,g=async(x,y)=>{return x};typeof f(1).then+typeof g(1).then',
  'var f=x=>x?y=>y:()=>0;[f(1)(2),f(0)()]',
  'var f=(x)=>"=>"+x;f("=>")',
  '"use strict";function a(){return b()}function b(){return 3}a()',
  'var r=[];for(const i of[1,2])r.push(()=>i);r.map(f=>f())',
  'var f=x=>x,g=f.name+f.length;g',
  'function f(a){return g(a);function g(b){return h(b)+1;function h(c){return c*2}}}f(3)',
  'function f(a){var b=a();return b;function a(){return 5}}f(1)',
  'var f=()=>{"use strict";return g();function g(){return this}};String(f())',
  'var f=function(){g=1;return typeof g;function g(){}};f()',
  'function f(){f=2;return 1}f()+f',
  'function f(){[f]=[3]}f();f',
  'class A{m(){return n();function n(){return 6}}get x(){return y();function y(){return 7}}}[new A().m(),new A().x]',
  'function f(a=function(){return g();function g(){return 8}}){return a()}f()',
  'function*f(){yield g();function g(){return 9}}[...f()]',
  'function f(){return 1;function g(){return 2}function g(){return 3}}function f(){return g();function g(){return 4}}f()',
  'function f(){if(true){function g(){return 1}}return g()}f()',
];

for (const program of programs) {
  test(`does the same: ${program}`, () => {
    const changed = parenthesiseFunctions(compileEagerly(program, all), all);
    assert.deepEqual(JSON.stringify(runInNewContext(changed)), JSON.stringify(runInNewContext(program)), changed);
  });
}

test('the declarations of a CommonJS module are found, wherever its wrapper comes from', () => {
  for (const wrap of ['__commonJS', '(0,import_chunk.__commonJS)']) {
    const module = `var require_a=${wrap}({"a.js"(exports,module){"use strict";f();function f(){}}});`;
    assert.equal(
      parenthesiseFunctions(compileEagerly(module, all), all),
      `var require_a=${wrap}({"a.js":(function(exports,module){"use strict";var f=(function f(){});f();})});`,
    );
  }
});

test('what is not wanted stays as it is', () => {
  const isWanted = (code: string) => code.includes('wanted');
  const code = 'function f(){wanted}function g(){}var h=()=>wanted,i=()=>0;';
  assert.equal(compileEagerly(code, isWanted), 'var f=(function f(){wanted});function g(){}var h=()=>wanted,i=()=>0;');
  assert.equal(
    parenthesiseFunctions('[()=>wanted,()=>0,{m(){}}]', isWanted),
    '[(function(){return wanted}),()=>0,{m(){}}]',
  );
});

test('arrow functions, methods and declarations end in parentheses; what could tell the difference does not', () => {
  assert.equal(parenthesiseFunctions('f(x=>x)', all), 'f((function(x){return x}))');
  assert.equal(parenthesiseFunctions('o={m(a){}}', all), 'o={m:(function(a){})}');
  assert.equal(compileEagerly('g();function g(){}', all), 'var g=(function g(){});g();');
  for (const kept of ['f=()=>this', 'o={get g(){}}', 'f=(a=()=>1)=>a', 'o={m(){super.x()}}']) {
    assert.match(
      parenthesiseFunctions(kept, all),
      kept.includes('=>1') ? /\(function\(\)\{return 1\}\)/ : /^[^(]*\(\)/,
    );
  }
});
