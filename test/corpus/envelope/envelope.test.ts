import { runClass } from '../run-class.ts';
import { entries } from './entries.ts';

runClass('envelope', entries, { atLeast: 160 });
