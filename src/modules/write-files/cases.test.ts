import { join } from 'node:path';
import { writeFiles } from './index.ts';
import { testCases } from './testing/plan-case.ts';

testCases(join(import.meta.dirname, 'cases'), writeFiles);
