import { join } from 'node:path';
import { testCases } from '../write-files/testing/plan-case.ts';
import { rsyslog } from './index.ts';

testCases(join(import.meta.dirname, 'cases'), rsyslog);
