import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanLine } from './terminal.ts';

const cases: [name: string, line: string, shown: string][] = [
  ['plain text stays', '+ runcmd[0]  touch /root/ran', '+ runcmd[0]  touch /root/ran'],
  ['letters of any script stay', 'hôte-1 東京 🙂', 'hôte-1 東京 🙂'],
  ['our colours stay', '\u001b[31mfailed\u001b[0m', '\u001b[31mfailed\u001b[0m'],
  ['no other sequence does', '\u001b[2J\u001b[5mweb-1\u001b]0;title\u0007', '?[2J?[5mweb-1?]0;title?'],
  ['a name is one line', 'web-1\r\nguest-init: ok\u2028', 'web-1??guest-init: ok?'],
  ['text does not turn its direction', 'web\u202e1-dlo', 'web?1-dlo'],
];
for (const [name, line, shown] of cases) {
  test(name, () => assert.equal(cleanLine(line), shown));
}
