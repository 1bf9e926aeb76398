// The colours of report and timeline, light and dark. A test holds the contrast of each text on each ground (WCAG 2.2, 4.5 to 1).

export type Palette = Readonly<Record<keyof typeof light, string>>;

export const light = {
  page: '#f7f8f9',
  surface: '#ffffff',
  text: '#1c232b',
  muted: '#566270',
  line: '#dfe3e8',
  track: '#eef1f4',
  accent: '#1f5f99',
  good: '#176b42',
  'good-ground': '#e3f4ea',
  warn: '#7d5200',
  'warn-ground': '#fdf1d8',
  bad: '#b3261e',
  'bad-ground': '#fce8e6',
  added: '#12592f',
  'added-ground': '#e6f5ec',
  removed: '#8c1d18',
  'removed-ground': '#fbeae9',
  code: '#f3f5f7',
  bar: '#7fa8cf',
  'bar-command': '#2b6cab',
  'bar-same': '#b9c3cd',
} as const;

export const dark: Palette = {
  page: '#13171b',
  surface: '#1a1f25',
  text: '#e4e8ec',
  muted: '#9eaab6',
  line: '#2d353e',
  track: '#232a31',
  accent: '#85b9ec',
  good: '#6fcf97',
  'good-ground': '#17332a',
  warn: '#e8b85a',
  'warn-ground': '#362a13',
  bad: '#ff8f85',
  'bad-ground': '#3d1e1f',
  added: '#8fdcae',
  'added-ground': '#173126',
  removed: '#ffa69e',
  'removed-ground': '#38201f',
  code: '#14191e',
  bar: '#4d7aa5',
  'bar-command': '#7cb3e8',
  'bar-same': '#4a5560',
};

/** Custom properties for both; paper is light. */
export function cssColours(selector: string): string {
  const say = (palette: Palette): string =>
    Object.entries(palette)
      .map(([name, value]) => `--${name}:${value}`)
      .join(';');
  return `${selector}{${say(light)};color-scheme:light dark}@media screen and (prefers-color-scheme:dark){${selector}{${say(dark)}}}`;
}
