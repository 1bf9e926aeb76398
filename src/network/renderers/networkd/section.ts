// What a file of systemd-networkd is made of (systemd.syntax(7)).

export type Entry = readonly [key: string, value: string | number];
export type Section = readonly [title: string, entries: readonly Entry[]];
