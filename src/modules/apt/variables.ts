// Names that a list of sources may hold: $RELEASE, ${MIRROR}.

export type Variables = Readonly<Record<string, string | undefined>>;

/** The text with every name replaced, or the first name that stands for nothing here. */
export function fillIn(text: string, variables: Variables): { text: string } | { unknown: string } {
  let unknown: string | undefined;
  const filled = text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, plain: string | undefined) => {
      const value = variables[braced ?? plain ?? ''];
      if (value === undefined) unknown ??= whole;
      return value ?? whole;
    },
  );
  return unknown === undefined ? { text: filled } : { unknown };
}
