import { join } from 'node:path';
import { groups } from '../groups/index.ts';
import { passwords } from '../passwords/index.ts';
import { sshAuthorizedKeys } from '../ssh-authorized-keys/index.ts';
import { testCases } from '../write-files/testing/plan-case.ts';
import { users } from './index.ts';

testCases(join(import.meta.dirname, 'cases'), users, [groups, passwords, sshAuthorizedKeys]);
