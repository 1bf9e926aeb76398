import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import type { UserAction } from '../core/action.ts';
import type { Step } from '../core/plan.ts';
import { fingerprintAction } from '../state/fingerprint.ts';
import { type ApplyRun, makeStep, openApplyRun } from './testing/apply-run.ts';

let run: ApplyRun | undefined;
afterEach(() => run?.close());

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x';
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `dev${index}`);

function makeUser(name: string, details: Partial<UserAction> = {}, more: Partial<Step> = {}): Step {
  return makeStep(`users/${name}`, { kind: 'user', name, ...details }, { module: 'users', ...more });
}

function makeKeys(name: string): Step {
  const action = { kind: 'authorizedKeys', user: name, block: 'users', keys: [key] } as const;
  return makeStep(`users/${name}/keys`, action, { module: 'users', needs: [`users/${name}`] });
}

/** A guest whose useradd does what it says; `answer` comes first, and what it gives is the answer. */
function open(answer: (name: string) => { status: number | null; stderr?: string } | undefined = () => undefined) {
  const guest = openApplyRun({
    files: { '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n', '/etc/group': 'root:x:0:\n' },
    run: (words) => {
      const name = words.split(' ').at(-1) ?? '';
      const given = answer(name);
      if (given !== undefined || !words.startsWith('useradd')) return given;
      const id = 1000 + (guest.host.readText('/etc/passwd') ?? '').split('\n').length;
      append('/etc/passwd', `${name}:x:${id}:${id}::/home/${name}:/bin/sh\n`);
      append('/etc/group', `${name}:x:${id}:\n`);
      const home = { kind: 'directory', content: new Uint8Array(), mode: 0o700, uid: id, gid: id } as const;
      guest.files.set('/home', { ...home, uid: 0, gid: 0 });
      guest.files.set(`/home/${name}`, home);
      return undefined;
    },
  });
  const append = (path: string, line: string): void => {
    const node = guest.files.get(path);
    if (node !== undefined) node.content = Buffer.concat([node.content, Buffer.from(line)]);
  };
  run = guest;
  return guest;
}

const addedBy = ({ effects }: ApplyRun): string[] =>
  effects.flatMap(({ what }) => /^run useradd .* (\S+)$/.exec(what)?.[1] ?? []);
const begunAt = (guest: ApplyRun, index: number): number =>
  (guest.effects[index]?.journal ?? []).filter((line) => line.startsWith('begin users/')).length;

describe('new users that are made together', () => {
  it('have the outcomes and the journal of users that are made one by one', async () => {
    const steps = names(8).flatMap((name) => [makeUser(name, { groups: ['root'] }), makeKeys(name)]);
    const guest = open();
    const { list } = await guest.apply(steps);
    const [added, lines] = [addedBy(guest), guest.journalLines().sort()];
    assert.deepEqual(added, names(8));
    // All were begun before the first was made.
    assert.equal(begunAt(guest, 0), 8);
    assert.deepEqual(
      list,
      steps.map(({ id }) => `${id} changed`),
    );
    guest.close();

    const apart = open();
    for (const step of steps) {
      const { needs: _, ...alone } = step;
      await apart.apply([alone]);
    }
    assert.deepEqual(addedBy(apart), added);
    assert.deepEqual(apart.journalLines().sort(), lines);
  });

  it('are noted for undo before they are made', async () => {
    const noted: number[] = [];
    const guest = open(() => {
      const text = fs.readFileSync(join(guest.folder, 'changes.ndjson'), 'utf8');
      noted.push(text.split('\n').filter((line) => line.includes('{"kind":"user"')).length);
      return undefined;
    });
    await guest.apply(names(5).map((name) => makeUser(name)));
    assert.deepEqual(noted, [5, 5, 5, 5, 5]);
  });

  it('are the same the second time', async () => {
    const guest = open();
    const steps = names(5).map((name) => makeUser(name));
    await guest.apply(steps);
    guest.effects.length = 0;
    fs.rmSync(join(guest.folder, 'journal.ndjson'));
    assert.deepEqual(
      (await guest.apply(steps)).list,
      steps.map(({ id }) => `${id} unchanged`),
    );
    assert.deepEqual(guest.effects, []);
  });

  it('fail alone: the others are made, what needs the failed one is skipped', async () => {
    const guest = open((name) => (name === 'dev2' ? { status: 9, stderr: 'useradd: no\n' } : undefined));
    const { list, outcomes } = await guest.apply(names(6).flatMap((name) => [makeUser(name), makeKeys(name)]));
    const statusOf = (name: string): string => (name === 'dev2' ? 'failed' : 'changed');
    assert.deepEqual(
      list,
      names(6).flatMap((name) => [
        `users/${name} ${statusOf(name)}`,
        `users/${name}/keys ${name === 'dev2' ? 'skipped' : 'changed'}`,
      ]),
    );
    assert.equal(outcomes.find(({ status }) => status === 'failed')?.message, 'useradd exited 9: useradd: no');
    assert.deepEqual(addedBy(guest), names(6));
  });

  for (const status of [null, 137])
    it(`are made one by one when the shell is ended (${status})`, async () => {
      let killed = 0;
      const guest = open((name) => {
        if (name !== 'dev2' || killed > 0) return undefined;
        killed += 1;
        return { status };
      });
      const { list } = await guest.apply(names(6).map((name) => makeUser(name)));
      assert.deepEqual(
        list,
        names(6).map((name) => `users/${name} changed`),
      );
      assert.deepEqual(addedBy(guest), ['dev0', 'dev1', 'dev2', 'dev2', 'dev3', 'dev4', 'dev5']);
    });

  it('are told although a signal came meanwhile; what comes after them is left', async () => {
    let isAsked = false;
    const guest = open(() => {
      isAsked = true;
      return undefined;
    });
    const steps = names(5).flatMap((name) => [makeUser(name), makeKeys(name)]);
    const { list, cutShort } = await guest.apply(steps, { stopRequested: () => isAsked });
    assert.equal(cutShort, 'signal');
    assert.deepEqual(
      list,
      names(5).map((name) => `users/${name} changed`),
    );
    assert.equal(guest.journalLines().filter((line) => line.startsWith('done ')).length, 5);
    const rest = await guest.apply(steps);
    assert.deepEqual(
      rest.list,
      steps.map(({ id }) => `${id} changed`),
    );
    assert.deepEqual(addedBy(guest), names(5));
  });

  it('are not those whose group failed, nor those after them', async () => {
    const guest = open((name) => (name === 'team' ? { status: 4 } : undefined));
    const group = makeStep('groups/team', { kind: 'group', name: 'team' }, { module: 'users' });
    const [first = '', second = '', third = '', ...rest] = names(7);
    const { list } = await guest.apply([
      group,
      ...[first, second].map((name) => makeUser(name)),
      makeUser(third, { primaryGroup: 'team' }, { needs: ['groups/team'] }),
      ...rest.map((name) => makeUser(name)),
    ]);
    assert.equal(list[3], 'users/dev2 skipped');
    assert.deepEqual(addedBy(guest), [first, second, ...rest]);
    const begun = guest.effects.filter(({ what }) => what.startsWith('run useradd')).map(({ journal }) => journal);
    assert.ok(!begun[0]?.includes('begin users/dev3'));
    assert.ok(begun[2]?.includes('begin users/dev6'));
  });

  it('are at most as many as one argument of a command has room for', async () => {
    const guest = open();
    const gecos = "it's ".repeat(200);
    const { list } = await guest.apply(names(40).map((name) => makeUser(name, { gecos })));
    assert.ok(list.every((line) => line.endsWith(' changed')));
    assert.deepEqual(addedBy(guest), names(40));
    const [first, second] = [begunAt(guest, 0), begunAt(guest, 16)];
    assert.ok(first > 10 && first < 20, String(first));
    assert.ok(second > first && second < 40, String(second));
  });

  it('do not include one that an earlier run had begun', async () => {
    const guest = open();
    const steps = names(5).map((name) => makeUser(name));
    const cut = steps[3] as Step;
    guest.leave({ event: 'begin', step: cut.id, action: fingerprintAction(cut.action) });
    await guest.apply(steps);
    assert.deepEqual(addedBy(guest), names(5));
    assert.ok(!guest.effects[2]?.journal.includes('begin users/dev4'));
  });
});
