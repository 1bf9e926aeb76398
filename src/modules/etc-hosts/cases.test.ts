import { join } from 'node:path';
import { hostname } from '../hostname/index.ts';
import { testCases } from '../write-files/testing/plan-case.ts';
import { etcHosts } from './index.ts';

testCases(join(import.meta.dirname, 'cases'), etcHosts, [hostname]);
