import { typical } from './engine/story.ts';
import { defineKills } from './f01-kill.ts';

await defineKills(typical, 80);
