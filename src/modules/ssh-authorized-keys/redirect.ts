// The key options by which a login as one user answers only "log in as the other": cloud-init's text, which people search for.

/** cloud-init's default of disable_root_opts; `$USER` and `$DISABLE_USER` are the names to put in. */
const redirectTemplate =
  'no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo \'Please login as the user \\"$USER\\" rather than the user \\"$DISABLE_USER\\".\';echo;sleep 10;exit 142"';

/** `template` with both names put in. */
export function redirectOptions(names: { from: string; to: string }, template: string = redirectTemplate): string {
  return template.replaceAll('$USER', () => names.to).replaceAll('$DISABLE_USER', () => names.from);
}
