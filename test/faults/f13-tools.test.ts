import { defineGroup } from './engine/matrix.ts';
import { listToolCases, toolFaults } from './f13-tools.ts';

await defineGroup({
  group: 'F13',
  title: 'a command that fails',
  sample: 70,
  listCases: () => listToolCases(toolFaults),
});
