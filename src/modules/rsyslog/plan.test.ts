import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { rsyslog } from './index.ts';
import { describeRemote } from './remotes.ts';

describe('rsyslog: what is said', () => {
  const cases: readonly [name: string, body: string, problem: RegExp, steps: number][] = [
    ['a remote that is none', 'rsyslog: {remotes: {a: 192.0.2.1, b: "two words here"}}\n', /remotes\.b \| value/, 4],
    ['a remote with a line break', 'rsyslog: {remotes: {a: "host\\n*.* |/bin/sh"}}\n', /remotes\.a \| value/, 0],
    ['an empty entry', 'rsyslog: {configs: [" "]}\n', /^warning .*configs\[0\] \| missing/, 0],
    ['a file outside', 'rsyslog: {configs: [{filename: ../x, content: y}]}\n', /filename \| value|configs\[0\]/, 0],
    ['a line as command', 'rsyslog: {configs: [x], service_reload_command: reload}\n', /service_reload_command/, 0],
    ['the old form', 'rsyslog: ["*.* @h"]\n', /^note .*rsyslog \| deprecated/, 4],
    ['the old folder', 'rsyslog: {configs: [x]}\nrsyslog_dir: /etc/r\n', /^note .*rsyslog_dir \| deprecated/, 4],
    ['another key', 'rsyslog: {config: [x]}\n', /unknown-key.*config/, 0],
  ];
  for (const [name, body, problem, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(rsyslog, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', problem);
      assert.equal(steps.length, count);
    });
});

describe('a remote', () => {
  const cases: readonly [text: string, line: string | undefined][] = [
    ['192.0.2.1', '*.* @192.0.2.1:514'],
    ['@@log.example.org', '*.* @@log.example.org:514'],
    ['auth,authpriv.* @host:1514 # note', 'auth,authpriv.* @host:1514'],
    ['[2001:db8::1]:601', '*.* @[2001:db8::1]:601'],
    ['*.=crit @@[::1]', '*.=crit @@[::1]:514'],
    ['host:0', undefined],
    ['host:65536', undefined],
    ['@@@host', undefined],
    ['info host', undefined],
    ['', undefined],
  ];
  for (const [text, line] of cases) it(JSON.stringify(text), () => assert.equal(describeRemote(text), line));
});
