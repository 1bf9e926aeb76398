// The syntax tree of a template. `at` is the offset that a message about the node names.

export type Expression = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly key: Expression; readonly isDotted: boolean }
  | {
      readonly kind: 'slice';
      readonly of: Expression;
      readonly from: Expression | undefined;
      readonly to: Expression | undefined;
    }
  | { readonly kind: 'call'; readonly of: Expression; readonly call: Call }
  | { readonly kind: 'filter'; readonly of: Expression; readonly name: string; readonly call: Call }
  | {
      readonly kind: 'test';
      readonly of: Expression;
      readonly name: string;
      readonly call: Call;
      readonly not: boolean;
    }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'not'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly first: Expression; readonly rest: readonly (readonly [string, Expression])[] }
  | {
      readonly kind: 'choice';
      readonly then: Expression;
      readonly condition: Expression;
      readonly otherwise: Expression | undefined;
    }
);

export type Call = {
  readonly positional: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression>;
};

export type Statement = { readonly at: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly value: Expression }
  | { readonly kind: 'if'; readonly branches: readonly (readonly [Expression | undefined, readonly Statement[]])[] }
  | {
      readonly kind: 'for';
      readonly names: readonly string[];
      readonly over: Expression;
      readonly condition: Expression | undefined;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
      /** `loop` is named somewhere inside. */
      readonly usesLoop: boolean;
    }
  | { readonly kind: 'set'; readonly names: readonly string[]; readonly value: Expression }
  | { readonly kind: 'capture'; readonly name: string; readonly body: readonly Statement[] }
);
