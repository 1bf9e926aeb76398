import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic } from './diagnostic.ts';
import { limitDiagnostics } from './diagnostic-list.ts';

function problem(severity: Diagnostic['severity'], at: number): Diagnostic {
  return { severity, code: 'value', source: `links[${at}]`, message: `${at}` };
}

test('fifty are told as they are', () => {
  const fifty = Array.from({ length: 50 }, (_, at) => problem('note', 50 - at));
  assert.equal(limitDiagnostics(fifty, 'network'), fifty);
});

test('of more, errors before others, in their order, and how many are left out', () => {
  const many = Array.from({ length: 60 }, (_, at) => problem(at >= 55 ? 'error' : 'note', at));
  const told = limitDiagnostics(many, 'network');
  assert.deepEqual(told.map(({ message }) => message).slice(43, 50), ['43', '44', '55', '56', '57', '58', '59']);
  assert.deepEqual(told.at(-1), {
    severity: 'note',
    code: 'more',
    source: 'network',
    message: '10 more problems not shown',
  });
});
