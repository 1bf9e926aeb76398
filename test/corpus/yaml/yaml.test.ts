import { runClass } from '../run-class.ts';
import { entries } from './entries.ts';

runClass('yaml', entries, { atLeast: 220 });
