import { join } from 'node:path';
import { testCases } from '../write-files/testing/plan-case.ts';
import { keyboard } from './index.ts';

testCases(join(import.meta.dirname, 'cases'), keyboard);
