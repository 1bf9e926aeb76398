// Ways out of the sandboxes of Jinja2 and of template engines in JavaScript. None of them gives anything: each is an error with its place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTemplate } from './render.ts';

const names = { instance_id: 'i-7', v1: { local_hostname: 'web-1' }, list: [1], number: 1, ds: { meta_data: {} } };

const attempts: readonly string[] = [
  '{{ instance_id.constructor }}',
  "{{ instance_id['constructor'] }}",
  '{{ instance_id.__proto__ }}',
  "{{ instance_id['__proto__'] }}",
  '{{ instance_id.length }}',
  '{{ v1.constructor }}',
  "{{ v1['constructor'] }}",
  '{{ v1.__proto__ }}',
  "{{ v1['__pro' ~ 'to__'] }}",
  '{{ v1.prototype }}',
  '{{ v1.hasOwnProperty }}',
  '{{ v1.toString }}',
  '{{ v1.toString() }}',
  '{{ v1.valueOf() }}',
  '{{ v1.size }}',
  '{{ v1.entries() }}',
  '{{ v1.set("a", 1) }}',
  '{{ v1.clear() }}',
  '{{ v1.forEach(range) }}',
  '{{ list.constructor }}',
  '{{ list.constructor.constructor("return process")() }}',
  "{{ list['constructor']['constructor']('return this')() }}",
  '{{ list.map }}',
  '{{ list.map("x") }}',
  '{{ list.push(1) }}',
  '{{ list.length }}',
  '{{ list["length"] }}',
  '{{ number.constructor }}',
  '{{ number.toFixed(2) }}',
  '{{ number.__class__ }}',
  "{{ ''.__class__ }}",
  "{{ ''.__class__.__mro__[1].__subclasses__() }}",
  "{{ ''.__class__.__base__.__subclasses__() }}",
  '{{ [].__class__.__base__ }}',
  '{{ {}.__class__.__bases__[0] }}',
  '{{ self }}',
  '{{ self.__init__.__globals__ }}',
  '{{ self._TemplateReference__context }}',
  '{{ config }}',
  '{{ config.items() }}',
  '{{ request.application.__globals__ }}',
  '{{ cycler.__init__.__globals__.os.popen("id").read() }}',
  '{{ joiner.__init__.__globals__ }}',
  '{{ namespace.__init__.__globals__ }}',
  '{{ lipsum.__globals__["os"].popen("id").read() }}',
  '{{ range.constructor }}',
  '{{ range.constructor("return process")() }}',
  '{{ range.__globals__ }}',
  '{{ range["constructor"] }}',
  '{{ "%s" | format("x") }}',
  '{{ "{0.__class__}".format(1) }}',
  '{{ "x".format_map({}) }}',
  "{{ 'x' | attr('__class__') }}",
  "{{ () | attr('__class__') | attr('__base__') }}",
  "{{ ['x'] | map('attr', '__class__') | list }}",
  "{{ ['x'] | map('constructor') | list }}",
  "{{ ['x'] | map(attribute='constructor') | first }}",
  "{{ [v1] | map(attribute='__proto__.constructor') | first }}",
  "{{ [v1] | selectattr('local_hostname', 'constructor') | list }}",
  "{{ 'x' | constructor }}",
  "{{ 'x' | __proto__ }}",
  "{{ 'x' | toString }}",
  "{{ 'x' is constructor }}",
  "{{ 'x' is __proto__ }}",
  '{{ constructor }}',
  '{{ __proto__ }}',
  '{{ this }}',
  '{{ globalThis }}',
  '{{ process }}',
  '{{ process.env }}',
  '{{ require("child_process") }}',
  '{{ import("fs") }}',
  '{{ eval("1") }}',
  '{{ Function("return 1")() }}',
  '{% set x = instance_id.constructor %}{{ x }}',
  '{% set x = v1 %}{{ x.constructor.constructor }}',
  '{% for x in v1.constructor %}{{ x }}{% endfor %}',
  '{% for x in [1] %}{{ loop.constructor }}{% endfor %}',
  '{% for x in [1] %}{{ loop.__init__ }}{% endfor %}',
  '{% if true %}{{ list.at.constructor("return 1")() }}{% endif %}',
  '{% include "/etc/shadow" %}',
  '{% import "os" as os %}{{ os }}',
  '{% from "os" import popen %}',
  '{% extends "/etc/passwd" %}',
  '{% do list.append(1) %}',
  '{% macro x() %}{% endmacro %}{{ x.constructor }}',
  '{{ "x".replace.constructor }}',
  '{{ "x".replace("x", list.constructor) }}',
  '{{ dict(a=1).constructor }}',
  '{{ [] | sort(attribute="__proto__") | first }}',
  '{{ {"__proto__": {"x": 1}}.x }}',
  '{{ {"constructor": 1}["prototype"] }}',
];

test('there are sixty of them and more', () => assert.ok(attempts.length >= 60));

for (const body of attempts) {
  test(`refused: ${body}`, () => {
    const text = `## template: jinja\n${body}`;
    const found = renderTemplate({ text, source: 'u', headerOffset: 0, headerLine: 1 }, names);
    assert.ok(!found.ok, found.ok ? `gives ${JSON.stringify(found.text)}` : '');
    assert.equal(found.problems[0]?.line, 2);
  });
}

test('nothing of JavaScript is changed by names that it uses', () => {
  const text =
    '## template: jinja\n{% set __proto__ = {"polluted": 1} %}{% set constructor = 1 %}{{ {"__proto__": {"polluted": 1}} }}';
  renderTemplate({ text, source: 'u', headerOffset: 0, headerLine: 1 }, names);
  assert.equal((Object.prototype as { polluted?: unknown }).polluted, undefined);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});
