import { runClass } from '../run-class.ts';
import { entries } from './entries.ts';

runClass('cloud-config', entries, { atLeast: 320 });
