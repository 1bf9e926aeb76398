import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { NetTool } from '../core/action.ts';
import type { LinkFact, LiveRoute } from '../core/facts.ts';
import type { Step } from '../core/plan.ts';
import { type ApplyRun, openApplyRun } from './testing/apply-run.ts';

let run: ApplyRun | undefined;
afterEach(() => run?.close());

const common = { module: 'network', stage: 'early' } as const;

function makeSteps(count: number, tool: NetTool): Step[] {
  return Array.from({ length: count }, (_, index) => {
    const link = `eth${index}`;
    const id = `net/${link}/10.${index}.0.5/24`;
    const family = 4 as const;
    return [
      {
        ...{ ...common, id, summary: link },
        action: { kind: 'netAddress', link, family, address: `10.${index}.0.5`, prefixLength: 24, tool },
      },
      {
        ...{ ...common, id: `net/${link}/route`, summary: `by ${link}`, needs: [id] },
        action: {
          ...{ kind: 'netRoute', link, family, destination: `172.16.${index}.0`, prefixLength: 24 },
          ...{ gateway: `10.${index}.0.1`, tool },
        },
      },
    ] satisfies Step[];
  }).flat();
}

/** A guest whose commands do what they say. `fail` tells of a command line whether it fails. */
function open(count: number, fail: (words: string) => boolean = () => false): ApplyRun {
  const links = Array.from(
    { length: count },
    (_, index): LinkFact => ({
      ...{ name: `eth${index}`, mac: `fa:16:3e:00:00:0${index}`, physical: true, ethernet: true, up: true },
      addresses: [],
    }),
  );
  const set = new Map<string, LinkFact['addresses']>();
  const routes: LiveRoute[] = [];
  run = openApplyRun({
    facts: () => ({ links: links.map((link) => ({ ...link, addresses: set.get(link.name) ?? [] })), routes }),
    run: (words) => {
      if (fail(words)) return { status: 7, stderr: 'no\n' };
      const address = /ifconfig (eth\d+) (10[.\d]+) |addr replace (10[.\d]+)\/24 .*dev (eth\d+)/.exec(words);
      const link = address?.[1] ?? address?.[4];
      if (link !== undefined)
        set.set(link, [{ family: 4, address: address?.[2] ?? address?.[3] ?? '', prefixLength: 24 }]);
      const route = /(172[.\d]+).*(?:gw|via) ([\d.]+) dev (eth\d+)/.exec(words);
      const [, destination = '', gateway = '', by = ''] = route ?? [];
      if (route !== null) routes.push({ link: by, destination, prefixLength: 24, gateway, metric: 0 });
      return undefined;
    },
  });
  return run;
}

/** What was run to change something. */
const commandsOf = ({ effects }: ApplyRun): string[] =>
  effects.map(({ what }) => what).filter((what) => !what.includes(' show'));

for (const tool of ['net-tools', 'iproute2'] as const)
  describe(`steps of the network that are run together, by ${tool}`, () => {
    it('have the outcomes and commands of steps that are run one by one', async () => {
      const together = await open(6, undefined).apply(makeSteps(6, tool));
      const commands = commandsOf(run as ApplyRun);
      run?.close();
      const apart = open(6);
      const list: string[] = [];
      for (const step of makeSteps(6, tool)) {
        const { needs: _, ...alone } = step;
        list.push(...(await apart.apply([alone])).list);
      }
      assert.deepEqual(together.list, list);
      assert.equal(list.filter((line) => line.endsWith(' changed')).length, 12);
      assert.deepEqual(commands, commandsOf(apart));
    });

    it('change nothing the second time', async () => {
      const { apply, effects } = open(6);
      await apply(makeSteps(6, tool));
      effects.length = 0;
      assert.equal((await apply(makeSteps(6, tool))).list.filter((line) => !line.endsWith(' unchanged')).length, 0);
      assert.deepEqual(effects, []);
    });

    it('are taken back when one fails, and those after it are not tried', async () => {
      const { apply, effects } = open(6, (words) => words.includes('172.16.3.0'));
      const { list, outcomes, networkFailure } = await apply(makeSteps(6, tool));
      // Whether this guest, which knows two commands, is as it was is not asked here.
      assert.notEqual(networkFailure, undefined);
      assert.equal(list[7], 'net/eth3/route failed');
      assert.match(outcomes[7]?.message ?? '', tool === 'net-tools' ? /^route exited 7: no$/ : /^ip exited 7: no$/);
      assert.deepEqual(
        new Set(list.filter((_, index) => index !== 7).map((line) => line.split(' ')[1])),
        new Set(['skipped']),
      );
      assert.ok(!effects.some(({ what }) => what.includes('10.4.0.5')));
    });

    it('do not take a step along that waits for one that failed before', async () => {
      const { apply } = open(6);
      const broken: Step = {
        ...{ ...common, module: 'files', id: 'broken', summary: '/var' },
        action: { kind: 'file', path: '/var', content: '', mode: 0o644 },
      };
      const steps = makeSteps(6, tool).map((step, index) => (index === 10 ? { ...step, needs: ['broken'] } : step));
      const { list } = await apply([broken, ...steps]);
      assert.deepEqual(list.slice(-3), [
        'net/eth4/route changed',
        'net/eth5/10.5.0.5/24 skipped',
        'net/eth5/route skipped',
      ]);
    });
  });
