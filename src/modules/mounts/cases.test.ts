import { join } from 'node:path';
import { diskSetup } from '../disk-setup/index.ts';
import { swap } from '../swap/index.ts';
import { testCases } from '../write-files/testing/plan-case.ts';
import { mounts } from './index.ts';

testCases(join(import.meta.dirname, 'cases'), mounts, [diskSetup, swap]);
