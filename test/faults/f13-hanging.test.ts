import { defineGroup } from './engine/matrix.ts';
import { listToolCases, slowFaults } from './f13-tools.ts';

// They wait for deadlines of up to a minute, and cost next to nothing.
await defineGroup({
  group: 'F13',
  title: 'a command that hangs',
  sample: 2,
  concurrency: 6,
  listCases: () => listToolCases(slowFaults),
});
