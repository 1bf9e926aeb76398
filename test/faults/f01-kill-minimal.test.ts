import { minimal } from './engine/story.ts';
import { defineKills } from './f01-kill.ts';

await defineKills(minimal, 60);
