// Pushes passwords through the whole job and looks for them in everything that is written or printed.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { inspect } from 'node:util';
import { createConsoleReporter } from '../../src/cli/console-reporter.ts';
import { printPlan } from '../../src/cli/plan-text.ts';
import { viewPlan } from '../../src/cli/plan-view.ts';
import { printReport } from '../../src/cli/report-text.ts';
import { printStatus } from '../../src/cli/status-text.ts';
import { viewStatus } from '../../src/cli/status-view.ts';
import { emptyNetwork } from '../../src/core/network-config.ts';
import { defaultPolicy } from '../../src/core/policy.ts';
import { Secret } from '../../src/core/secret.ts';
import { plainFacts } from '../../src/host/memory.ts';
import { openLogReporter } from '../../src/log.ts';
import { planFromInput } from '../../src/pipeline/plan-input.ts';
import { toPublicStep } from '../../src/pipeline/public-status.ts';
import { combineReporters } from '../../src/pipeline/reporter.ts';
import { openApplyRun } from '../../src/pipeline/testing/apply-run.ts';
import { describeVerdict } from '../../src/pipeline/verdict.ts';
import { buildReport } from '../../src/report/build.ts';
import { renderHtml } from '../../src/report/html/page.ts';
import { type InstanceRecord, saveRecord, stateDirectory } from '../../src/state/record.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-secrets-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const names = [
  'password',
  'chpasswd',
  'plain',
  'hashed',
  'admin',
  'file',
  'argument',
  'assignment',
  'script',
  'broken',
];
const canary = (name: string): string => `S3cr3t-${name}-canary`;

const document = `#cloud-config
password: ${canary('password')}
chpasswd:
  expire: true
  users:
    - {name: ops, password: ${canary('chpasswd')}, type: text}
users:
  - default
  - {name: ops, lock_passwd: false, plain_text_passwd: ${canary('plain')}}
  - {name: root, hashed_passwd: "$6$salt$${canary('hashed')}"}
write_files:
  - {path: /etc/token, permissions: "0600", content: ${canary('file')}}
  - {path: /etc/token, permissions: {a: ${canary('broken')}}}
runcmd:
  - [curl, -u, "user:${canary('argument')}", x]
  - TOKEN=${canary('assignment')} login
  - ${canary('broken')}: [1]
`;

const accounts = {
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/sh\ndebian:x:1001:1001::/home/debian:/bin/sh\n',
  '/etc/group': 'root:x:0:\nops:x:1000:\ndebian:x:1001:\n',
  '/etc/shadow': {
    content: 'root:*:19000:0:99999:7:::\nops:!:19000:0:99999:7:::\ndebian:!:19000:0:99999:7:::\n',
    mode: 0o640,
  },
};

for (const ending of ['succeeds', 'fails'] as const) {
  test(`no secret is in plan, journal, record, status, log or console when everything ${ending}`, async () => {
    const inputs: string[] = [];
    const run = openApplyRun({
      files: accounts,
      run: (words) => {
        inputs.push(words);
        return ending === 'fails' ? { status: 1, stderr: 'something is wrong' } : undefined;
      },
      exec: () => ({ exitCode: ending === 'fails' ? 3 : 0, signal: undefined, timedOut: false, tail: [] }),
    });
    const shown: Record<string, string> = {};
    try {
      const instance = {
        id: { uuid: '8c1c4b6e-0000-4000-8000-000000000001' },
        hostname: 'web-1',
        publicKeys: [],
        network: emptyNetwork,
        files: [],
        adminPassword: new Secret(canary('admin')),
        userData: { bytes: new TextEncoder().encode(document), source: 'user_data' },
      };
      const { host } = run;
      const plan = await planFromInput({
        instance,
        host,
        policy: { ...defaultPolicy, admin_pass: true },
        facts: plainFacts,
      });
      const view = viewPlan({ plan, instance, source: 'x', facts: plainFacts, host });
      shown['plan view'] = JSON.stringify(view);
      shown['plan text'] = printPlan(view);
      shown['diagnostics'] = JSON.stringify(plan.diagnostics);
      // Commands, scripts and injected bytes are the plan's to carry; what is a password there is a Secret.
      shown['password steps'] = inspect(
        plan.steps.filter(({ action }) => action.kind === 'password'),
        { depth: 9, showHidden: true },
      );

      fs.mkdirSync(join(folder, ending, 'var/log'), { recursive: true });
      const log = openLogReporter(join(folder, ending, 'var/log/guest-init.log'));
      assert.ok('reporter' in log);
      const lines: string[] = [];
      mock.method(
        fs,
        'writeSync',
        ((original) => (file: number, text: string) => {
          if (file !== 1) return original(file, text);
          lines.push(text);
          return text.length;
        })(fs.writeSync) as never,
      );
      syncBuiltinESMExports();
      const style = { bold: String, dim: String, red: String, green: String, yellow: String };
      const reporter = combineReporters([createConsoleReporter({ live: true, clearLine: '', style }), log.reporter]);
      reporter.start({ instance: 'x', os: 'Debian', source: '/dev/sr0', firstBoot: true });
      for (const diagnostic of plan.diagnostics) reporter.diagnostic(diagnostic);
      const result = await run.apply(plan.steps, { onBegin: reporter.begin, onOutcome: reporter.outcome });
      const verdict = describeVerdict('web-1', { ...result, diagnostics: plan.diagnostics, missingLinks: [] });
      reporter.end(verdict, 1, []);
      mock.restoreAll();
      syncBuiltinESMExports();

      const record: InstanceRecord = {
        instance: instance.id,
        name: instance.id.uuid,
        source: '/dev/sr0',
        startedAt: 1,
        bootId: 'boot-1',
        stages: {
          early: { bootId: 'boot-1', startedAt: 1, ms: 1, exitCode: verdict.exitCode, outcomes: result.outcomes },
        },
        networkSteps: [],
        everyBoot: false,
        diagnostics: plan.diagnostics,
        verdict,
        made: result.made,
      };
      saveRecord(host, stateDirectory, record);
      shown['record'] = host.readText(`${stateDirectory}/state.json`) ?? '';
      shown['journal'] = run.journalText();
      shown['public status'] = JSON.stringify({ verdict, steps: result.outcomes.map(toPublicStep) });
      const status = { version: 1, state: 'failed', startedAt: 1, message: verdict.message, steps: [] } as const;
      const statusView = viewStatus({ status, record, facts: plainFacts });
      shown['status'] = printStatus(statusView);
      const told = {
        program: 'guest-init',
        status: statusView,
        record,
        isRoot: true,
        facts: plainFacts,
        machine: {},
        now: 1,
      };
      const report = buildReport({ ...told, findLog: String });
      shown['report'] = printReport(report);
      shown['report as JSON'] = JSON.stringify(report);
      shown['report as a page'] = renderHtml(report);
      shown['log'] = fs.readFileSync(join(folder, ending, 'var/log/guest-init.log'), 'utf8');
      shown['console'] = lines.join('');
      shown['outcomes'] = inspect(result.outcomes, { depth: 9 });

      for (const [where, text] of Object.entries(shown)) {
        assert.ok(text.length > 40, `${where} is empty: this test would prove nothing`);
        for (const name of names) {
          // A plan shows the commands whole, to people who have the user_data; everything else names the program alone.
          if (/^plan (?:view|text)$/.test(where) && ['argument', 'assignment'].includes(name)) continue;
          assert.ok(!text.includes(canary(name)), `${canary(name)} is in the ${where}`);
        }
      }
      // The passwords did travel: to the tools' standard input, never to an argument.
      const sent = inputs.join('\n');
      for (const name of ['password', 'chpasswd']) assert.ok(sent.includes(canary(name)), `${name} reached no tool`);
      for (const { what } of run.effects) {
        const [command = ''] = what.split('\n');
        if (/chpasswd|useradd|usermod/.test(command)) assert.ok(!/ -p /.test(command), command);
      }
      const outcomes = new Set(result.outcomes.map(({ status }) => status));
      assert.ok(outcomes.has(ending === 'fails' ? 'failed' : 'changed'));
    } finally {
      mock.restoreAll();
      syncBuiltinESMExports();
      run.close();
    }
  });
}

test('the log is for root alone', () => {
  assert.equal(fs.statSync(join(folder, 'succeeds/var/log/guest-init.log')).mode & 0o777, 0o600);
});
