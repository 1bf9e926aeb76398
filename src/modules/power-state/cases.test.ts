import { join } from 'node:path';
import { packages } from '../packages/index.ts';
import { testCases } from '../write-files/testing/plan-case.ts';
import { powerState } from './index.ts';

testCases(join(import.meta.dirname, 'cases'), powerState, [packages]);
