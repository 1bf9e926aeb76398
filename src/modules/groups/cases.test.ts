import { join } from 'node:path';
import { users } from '../users/index.ts';
import { testCases } from '../write-files/testing/plan-case.ts';
import { groups } from './index.ts';

testCases(join(import.meta.dirname, 'cases'), groups, [users]);
