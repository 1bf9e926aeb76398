// A server inside a sandbox: a script that the pinned Node runs there, with files beside it.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPinnedNode } from './product.ts';
import type { Sandbox } from './sandbox.ts';

export type GuestServer = {
  /** Folder whose files the guest has in /opt: keys and certificates may be added before `listBinds`. */
  readonly folder: string;
  /** For the description of the sandbox. */
  listBinds(): (readonly [from: string, to: string])[];
  /** Runs it on the guest's loopback, and comes back when it listens. */
  start(box: Sandbox): Promise<void>;
  remove(): void;
};

/** `script` is CommonJS and listens on `port`. */
export function createGuestServer(script: string, port: number): GuestServer {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-server-'));
  writeFileSync(join(folder, 'server.cjs'), script);
  return {
    folder,
    listBinds: () => [
      [findPinnedNode(), '/opt/node'],
      ...readdirSync(folder).map((name) => [join(folder, name), `/opt/${name}`] as const),
    ],
    async start(box) {
      await box.run(['ip', 'link', 'set', 'lo', 'up']);
      void box.run(['/opt/node', '/opt/server.cjs'], { timeoutMs: 600_000 });
      const list = ['sh', '-c', 'ss -ltn 2>/dev/null || netstat -ltn'];
      while (!(await box.run(list)).stdout.includes(`:${port} `)) await sleep(50);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
