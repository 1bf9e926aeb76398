// Interprets what comes on standard input and tells what that took: run as a process of its own, so that the memory is its own.

import { readFileSync } from 'node:fs';
import { interpretSources } from '../interpret-sources.ts';
import { modules } from './modules.ts';

const bytes = readFileSync(0);
// Of this process alone: whatever else the machine does is no fault of the input.
const start = process.cpuUsage();
const { diagnostics, usable } = await interpretSources(
  {
    userData: { bytes, source: 'u' },
    templateNames: async () => ({ items: Array.from({ length: 1000 }, (_, at) => at) }),
  },
  modules,
);
const { user, system } = process.cpuUsage(start);
const ms = (user + system) / 1000;
const codes = [...new Set(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code))];
console.log(JSON.stringify({ ms, mib: process.resourceUsage().maxRSS / 1024, codes, usable }));
