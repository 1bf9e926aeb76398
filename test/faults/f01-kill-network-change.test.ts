import { networkChange } from './engine/story.ts';
import { defineKills } from './f01-kill.ts';

await defineKills(networkChange, 40);
