import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import { message } from './message.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 's' };
const action: MessageAction = { kind: 'message', template: '', names: { datasource: 'D' } };

test('the message is filled in when it is said', async () => {
  const { host } = createMemoryHost({ files: { '/proc/uptime': '12.34 99.00\n' } });
  const template = 'up $uptime from $datasource\nby $version at $timestamp\n';
  const said = await message.apply({ ...action, template }, host, context);
  assert.equal(said?.lines?.[0], 'up 12.34 from D');
  assert.match(said?.lines?.[1] ?? '', /^by unbuilt at \w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/);
});

test('a console is not flooded', async () => {
  const said = await message.apply({ ...action, template: 'x\n'.repeat(1000) }, createMemoryHost().host, context);
  assert.equal(said?.lines?.length, 100);
});
