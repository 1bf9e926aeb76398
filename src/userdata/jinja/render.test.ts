// What templates become. Expected texts are what Jinja2 3.1 writes with trim_blocks (asked again in test/sandbox/user-data-oracle.test.ts).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTemplate, renderTemplate } from './render.ts';

const names = {
  instance_id: 'i-7',
  v1: { local_hostname: 'web-1', region: null, public_ssh_keys: ['ssh-ed25519 A a', 'ssh-rsa B b'] },
  ds: {
    meta_data: {
      meta: {
        role: 'db',
        'a-b': 'dashed',
        n: 3,
        deep: [
          { name: 'x', on: true },
          { name: 'y', on: false },
        ],
      },
    },
  },
  ratio: 1.5,
  large: 2 ** 53,
};

function render(body: string) {
  const text = `## template: jinja\n${body}`;
  return renderTemplate({ text, source: 'u', headerOffset: 0, headerLine: 1 }, names);
}

function show(body: string): string {
  const rendered = render(body);
  if (rendered.ok) return rendered.text;
  return rendered.problems.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n');
}

const rendered: readonly (readonly [template: string, expected: string])[] = [
  ['plain\n', 'plain\n'],
  ['{{ instance_id }}', 'i-7'],
  ['{{v1.local_hostname}}.example', 'web-1.example'],
  ["{{ ds.meta_data.meta['a-b'] }}", 'dashed'],
  ['{{ v1.public_ssh_keys[0] }}|{{ v1.public_ssh_keys[-1] }}', 'ssh-ed25519 A a|ssh-rsa B b'],
  ['{{ v1.public_ssh_keys }}', "['ssh-ed25519 A a', 'ssh-rsa B b']"],
  ['{{ v1.region }} {{ true }} {{ ratio }}', 'None True 1.5'],
  ["{{ nothing | default('x') }} {{ nothing | d }}|", 'x |'],
  ["{{ v1.region | default('x', true) }}", 'x'],
  ["{{ v1.nothing.deeper | default('x') }}", 'x'],
  ["{{ 'aBc' | upper }} {{ 'aBc' | lower }} {{ 'aBc' | capitalize }} {{ 'a b-c' | title }}", 'ABC abc Abc A B-C'],
  [
    "{{ ' x ' | trim }}|{{ 'xyx' | trim('x') }}|{{ 'a.b.c' | replace('.', '-') }}|{{ 'aaa' | replace('a', 'b', 2) }}",
    'x|y|a-b-c|bba',
  ],
  ["{{ v1.public_ssh_keys | join(',') }} {{ [1, 2] | join }}", 'ssh-ed25519 A a,ssh-rsa B b 12'],
  ["{{ '42' | int + 1 }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ '1.5' | float }} {{ 3 | float }}", '43 0 7 1.5 3.0'],
  [
    '{{ [3, 1, 2] | sort | join }} {{ [3, 1] | max }} {{ [3, 1] | min }} {{ [3, 1] | sum }} {{ [1, 1, 2] | unique | list }}',
    '123 3 1 4 [1, 2]',
  ],
  ["{{ 'abc' | first }}{{ [1, 2] | last }}{{ 'abc' | length }}{{ 'abc' | reverse }}", 'a23cba'],
  ["{{ ds.meta_data.meta.deep | map(attribute='name') | join(' ') }}", 'x y'],
  ["{{ ds.meta_data.meta.deep | selectattr('on') | map(attribute='name') | list }}", "['x']"],
  ["{{ ds.meta_data.meta.deep | rejectattr('name', 'equalto', 'x') | map(attribute='name') | first }}", 'y'],
  ["{{ [1, 2, 3] | select('odd') | list }} {{ ['a', 'b'] | map('upper') | join }}", '[1, 3] AB'],
  ["{{ {'b': 1, 'a': [2]} | tojson }} {{ {'b': 1} }} {{ 'a\"b' | tojson }}", '{"a": [2], "b": 1} {\'b\': 1} "a\\"b"'],
  ["{{ 'a\nb' | indent(2) }}", 'a\n  b'],
  [
    '{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 / 2 }} {{ 4 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 }}',
    '7 9 3.5 2.0 3 -4 2 8',
  ],
  ["{{ 'a' ~ 1 ~ none }} {{ 'a' + 'b' }} {{ 'ab' * 2 }} {{ [1] + [2] }}", 'a1None ab abab [1, 2]'],
  [
    "{{ 1 == 1.0 }} {{ 'a' != 'b' }} {{ 1 < 2 <= 2 }} {{ 'a' in 'abc' }} {{ 2 not in [1] }} {{ 'role' in ds.meta_data.meta }}",
    'True True True True True True',
  ],
  ["{{ 'x' if ratio > 1 else 'y' }}{{ 'z' if false }}", 'x'],
  ['{{ nothing or 1 }} {{ not nothing }} {{ 0 and 1 }} {{ 1 and 2 }}', '1 True 0 2'],
  [
    '{{ nothing is defined }} {{ v1 is defined }} {{ v1.region is none }} {{ 4 is divisibleby 2 }} {{ 4 is not even }} {{ [] is sequence }}',
    'False True True True False True',
  ],
  [
    "{{ 'a,b'.split(',')[1] }} {{ 'AbC'.lower() }} {{ ' x '.strip() }} {{ 'abc'.startswith('ab') }} {{ '-'.join(['a', 'b']) }}",
    'b abc x True a-b',
  ],
  [
    "{{ ds.meta_data.meta.get('role') }} {{ ds.meta_data.meta.get('x', 'y') }} {{ {'a': 1}.items() | list }}",
    "db y [('a', 1)]",
  ],
  ["{{ 'abcd'[1:3] }} {{ [1, 2, 3][:2] }} {{ [1, 2, 3][1:] }}", 'bc [1, 2] [2, 3]'],
  [
    '{{ 2.5|round }} {{ 3.5|round }} {{ -2.5|round }} {{ -0.4|round }} {{ 42|round }} {{ 1250|round(-2) }}',
    '2.0 4.0 -2.0 -0.0 42 1200',
  ],
  [
    "{{ 42.55|round(1) }} {{ 2.675|round(2) }} {{ 0.125|round(2) }} {{ 0.375|round(2) }} {{ 42|round(0, 'floor') }}",
    '42.5 2.67 0.12 0.38 42.0',
  ],
  ['{{ 2 ** 3 ** 2 }} {{ 2 ** (3 ** 2) }} {{ 2 ** -1 }} {{ 1 ** -1 }} {{ -2 ** 2 }}', '64 512 0.5 1.0 4'],
  [
    '{{ "it\'s ok"|title }} {{ "it\'s ok".title() }} {{ "a-b (c) g_h x/y 1ab"|title }} {{ "g_h 1ab".title() }}',
    "It's Ok It'S Ok A-B (C) G_h X/y 1ab G_H 1Ab",
  ],
  ["{{ '😀x'[1] }} {{ '😀xyz'[1:] }} {{ '😀xyz'[:-2] }} {{ 'x😀y'.find('y') }} {{ '😀'[-1] }}", 'x xyz 😀x 2 😀'],
  [
    '{{ 1e16 }} {{ 1e-5 }} {{ 1e15 }} {{ -0.0 }} {{ [1.0, 1e22] }} {{ 1e16 + 1 }}',
    '1e+16 1e-05 1000000000000000.0 -0.0 [1.0, 1e+22] 1e+16',
  ],
  ['{{ (1, 2) }} {{ (1,) }} {{ () }} {{ 1, 2 }}', '(1, 2) (1,) () (1, 2)'],
  ["{{ {'b': 1, 'a': 2}|dictsort }} {{ {'b': 1}|items|list }}", "[('a', 2), ('b', 1)] [('b', 1)]"],
  [
    '{{ (1, 2)|list }} {{ (1, 2)[:1] }} {{ (2, 1)|sort }} {{ (1,) + (2,) }} {{ (1, 2) == [1, 2] }} {{ (1, 2)|tojson }}',
    '[1, 2] (1,) [1, 2] (1, 2) False [1, 2]',
  ],
  ['{% if ratio > 2 %}a{% elif ratio > 1 %}b{% else %}c{% endif %}', 'b'],
  ['{% if nothing %}a{% endif %}b', 'b'],
  ['{% for key in v1.public_ssh_keys %}\n- {{ key }}\n{% endfor %}\n', '- ssh-ed25519 A a\n- ssh-rsa B b\n'],
  [
    '{% for k, v in {"a": 1, "b": 2}.items() %}{{ k }}={{ v }}{% if not loop.last %}, {% endif %}{% endfor %}',
    'a=1, b=2',
  ],
  [
    '{% for i in range(3) if i != 1 %}{{ loop.index }}/{{ loop.length }}:{{ i }} {% else %}none{% endfor %}',
    '1/2:0 2/2:2 ',
  ],
  ['{% for i in [] %}x{% else %}none{% endfor %}', 'none'],
  ['{% set x = 5 %}{{ x }}{% set a, b = [1, 2] %}{{ a }}{{ b }}{% set y %}c{{ x }}{% endset %}{{ y }}', '512c5'],
  ['{% set x = 1 %}{% for i in [2] %}{% set x = i %}{{ x }}{% endfor %}{{ x }}', '21'],
  ['a {# not {{ this }} #}b', 'a b'],
  ['a{# gone #}\nb', 'ab'],
  ['a  {%- if true %}  b  {% endif -%}  c', 'a  b  c'],
  ['a {{- 1 -}} b', 'a1b'],
  ['{% if true +%}\nx{% endif %}', '\nx'],
  ['{% raw %}{{ not }} {% this %}{% endraw %}!', '{{ not }} {% this %}!'],
  ["{{ '}}' }} {{ \"%}\" }} {{ {'a': {'b': 1}}['a']['b'] }}", '}} %} 1'],
  ["{{ 'it\\'s' }} {{ 'a\\tb' }} {{ \"\\x41\\u00e9\" }}", "it's a\tb Aé"],
  ['{{ 1_000 }} {{ 1.50 }} {{ 1e3 }}', '1000 1.5 1000.0'],
  ['{{ loop }}'.replace('loop', "'a' 'b'"), 'ab'],
  [
    '#cloud-config\nhostname: {{ v1.local_hostname }}\n{% if v1.region is none %}\ntimezone: UTC\n{% endif %}\n',
    '#cloud-config\nhostname: web-1\ntimezone: UTC\n',
  ],
];

for (const [template, expected] of rendered) {
  test(`renders ${JSON.stringify(template).slice(0, 90)}`, () => assert.equal(show(template), expected));
}

const faulty: readonly (readonly [template: string, problem: RegExp])[] = [
  ['{{ hostname }}', /^2:4 "hostname" is not defined$/],
  ['\n\n  x: {{ v1.local_hostnam }}', /^4:9 "local_hostnam" is not defined|^4:9 "v1\.local_hostnam" is not defined/],
  ['{{ instance_ids }}', /"instance_ids" is not defined; did you mean "instance_id"\?/],
  ['{{ one }}\n{{ two }}', /^2:4 "one" is not defined\n3:4 "two" is not defined$/],
  ['{{ one | upper }}', /^2:10 "one" is not defined/],
  ['{{ [1, [one]] }}', /^2:1 "one" is not defined/],
  ["{{ {'a': one} ~ '' }}", /"one" is not defined/],
  ['{{ one < 1 }}', /"one", which is not defined/],
  ['{{ one + 1 }}', /"one" is not defined/],
  ['{% for i in one %}{% endfor %}', /^2:13 expected a list, found "one", which is not defined/],
  ['{{ 1 +', /^2:1 a tag is never closed; expected "}}"/],
  ['{{ 1 + }}', /^2:8 expected a value, found the end of the tag/],
  ['{% if 1 %}', /^2:1 expected "{% endif %}" further on, found the end/],
  ['{% for x in [1] %}{% endif %}', /^2:19 "endif" belongs to no block/],
  ['{% else %}', /"else" belongs to no block/],
  ['{% endif %}', /"endif" belongs to no block/],
  ['{% include "x" %}', /"include" is not supported/],
  ['{% macro f() %}{% endmacro %}', /"macro" is not supported/],
  ['{% frobnicate %}', /an unknown statement/],
  ["{{ 'x' | frobnicate }}", /^2:10 unknown filter "frobnicate"/],
  ["{{ 'x' is frobnicate }}", /unknown test "frobnicate"/],
  ["{{ 'x' + 1 }}", /"\+" cannot be applied to a string and a number/],
  ['{{ 1 / 0 }}', /division by zero/],
  ["{{ 1 < 'a' }}", /a number cannot be compared with a string/],
  ['{{ instance_id() }}', /only methods/],
  ['{{ v1.local_hostname.frob() }}', /a string has no method of this name/],
  ['{# never', /a comment is never closed/],
  ['{% raw %}', /expected "{% endraw %}"/],
  ['{{ $ }}', /^2:4 a character that cannot stand in a tag/],
  ['{{ ) }}', /a bracket is closed that was not opened/],
  ['{% set 5 = 1 %}', /expected the name of a variable/],
  ['{% for a, b in [[1]] %}{% endfor %}', /expected a list of 2 values to unpack/],
  ['{{ 9007199254740993 }}', /^2:4 a number beyond 2\^53 cannot be kept exact: quote it$/],
  ['{{ large }}', /^2:\d a number beyond 2\^53 cannot be kept exact: quote it$/],
  ['{{ [large] }}', /beyond 2\^53/],
  ['{{ large - 10 }}', /beyond 2\^53/],
  ['{{ {large: 1} }}', /beyond 2\^53/],
  ["{{ '9007199254740993' | int }}", /beyond 2\^53/],
  ['{{ 0 ** -1 }}', /division by zero/],
  ['{{ 1 | round(400) }}', /a precision of more than 100 digits/],
  ['{{ 1 2 }}', /expected the end of the tag, found another int/],
];

for (const [template, problem] of faulty) {
  test(`faulty ${JSON.stringify(template)}`, () => {
    assert.equal(render(template).ok, false);
    assert.match(show(template), problem);
  });
}

test('places in what was rendered lead to the template', () => {
  const found = render("a: 1\n{% for i in [1, 2] %}\nk{{ i }}: {{ 'x' * 20 }} end\n{% endfor %}\nb: 2\n");
  assert.ok(found.ok);
  const lines = found.text.split('\n');
  assert.deepEqual(lines, ['a: 1', `k1: ${'x'.repeat(20)} end`, `k2: ${'x'.repeat(20)} end`, 'b: 2', '']);
  assert.deepEqual(found.toTemplate({ line: 1, column: 4 }), { line: 2, column: 4 });
  assert.deepEqual(found.toTemplate({ line: 2, column: 1 }), { line: 4, column: 1 });
  assert.deepEqual(found.toTemplate({ line: 3, column: 12 }), { line: 4, column: 11 });
  assert.deepEqual(found.toTemplate({ line: 3, column: 26 }), { line: 4, column: 26 });
  assert.deepEqual(found.toTemplate({ line: 4, column: 4 }), { line: 6, column: 4 });
});

const conditions: readonly (readonly [template: string, text: string, note: string | undefined])[] = [
  ['{% if nope %}a{% else %}b{% endif %}', 'b', '2:7 "nope" is not defined (here it counts as false)'],
  [
    '{% if instance_ids %}a{% endif %}',
    '',
    '2:7 "instance_ids" is not defined; did you mean "instance_id"? (here it counts as false)',
  ],
  ["{% if v1.nope == 'x' %}a{% endif %}", '', '2:7 "nope" is not defined (here it counts as equal to no value)'],
  ["{{ 'x' != nope }}", 'True', '2:11 "nope" is not defined (here it counts as equal to no value)'],
  ['{{ nope in [1] }}', 'False', '2:4 "nope" is not defined (here it counts as equal to no value)'],
  ['{{ not nope }}', 'True', '2:8 "nope" is not defined (here it counts as false)'],
  ["{{ nope or 'z' }}", 'z', '2:4 "nope" is not defined (here it counts as false)'],
  ["{{ 'a' if nope else 'b' }}", 'b', '2:11 "nope" is not defined (here it counts as false)'],
  ['{% for i in [1, 2] if nope %}{% endfor %}', '', '2:23 "nope" is not defined (here it counts as false)'],
  [
    '{% for i in [1, 2] %}{% if not nope %}{{ i }}{% endif %}{% endfor %}',
    '12',
    '2:32 "nope" is not defined (here it counts as false)',
  ],
  ["{% if nope is defined %}a{% endif %}{{ nope | default('b', true) }}{{ nope is undefined }}", 'bTrue', undefined],
  ['{% if v1.region %}a{% endif %}{{ v1.region == none }}', 'True', undefined],
];

for (const [template, text, note] of conditions) {
  test(`condition ${template}`, () => {
    const found = render(template);
    assert.ok(found.ok);
    assert.equal(found.text, text);
    const notes = found.notes.map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`);
    assert.deepEqual(notes, note === undefined ? [] : [`note ${note}`]);
  });
}

test('without names the syntax is checked', () => {
  const check = (text: string) => checkTemplate({ text, source: 'u', headerOffset: 0, headerLine: 1 });
  assert.deepEqual(check('## template: jinja\n{{ unknown }}'), []);
  assert.equal(check('## template: jinja\n{{ x')[0]?.line, 2);
});
