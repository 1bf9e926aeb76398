// What the entries of this class begin with.

/** A cloud-config document: its keys stand from line 2 on. */
export function config(body: string): string {
  return `#cloud-config\n${body}`;
}
