// The tree that the parser makes of a template, with Jinja's names in lower case.

import type { Value } from "./values.js";

export interface Arguments {
  readonly args: readonly Expression[];
  readonly kwargs: readonly [name: string, value: Expression][];
  /** `*expression` and `**expression`. */
  readonly more: Expression | undefined;
  readonly moreKeywords: Expression | undefined;
}

interface At {
  readonly line: number;
}

export interface Call extends At {
  readonly t: "call";
  readonly callee: Expression;
  readonly with: Arguments;
}
export interface Filter extends At {
  readonly t: "filter" | "test";
  /** Null for the body of a filter block. */
  readonly node: Expression | null;
  readonly name: string;
  readonly with: Arguments;
}
export interface Slice extends At {
  readonly t: "slice";
  readonly parts: readonly (Expression | null)[];
}

export type Expression =
  | (At & { readonly t: "const"; readonly value: Value })
  | (At & { readonly t: "name"; readonly name: string })
  | (At & { readonly t: "tuple" | "list" | "concat"; readonly items: readonly Expression[] })
  | (At & { readonly t: "dict"; readonly items: readonly [Expression, Expression][] })
  | (At & { readonly t: "unary"; readonly op: string; readonly operand: Expression })
  | (At & {
      readonly t: "binary";
      readonly op: string;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (At & {
      readonly t: "compare";
      readonly first: Expression;
      readonly rest: readonly [string, Expression][];
    })
  | (At & {
      readonly t: "cond";
      readonly yes: Expression;
      readonly test: Expression;
      readonly no: Expression | null;
    })
  | (At & { readonly t: "attribute"; readonly object: Expression; readonly name: string })
  | (At & { readonly t: "item"; readonly object: Expression; readonly key: Expression })
  | Slice
  | Call
  | Filter;

export type Target =
  | (At & { readonly t: "store"; readonly name: string })
  | (At & { readonly t: "field"; readonly name: string; readonly field: string })
  | (At & { readonly t: "targets"; readonly items: readonly Target[] });

export interface Parameter {
  readonly name: string;
  readonly value: Expression | undefined;
}

export interface Macro extends At {
  readonly t: "macro";
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}
export interface CallBlock extends At {
  readonly t: "callblock";
  /** Undefined for a generation block, which calls its body at once. */
  readonly call: Call | undefined;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}
export interface For extends At {
  readonly t: "for";
  readonly target: Target;
  readonly iterable: Expression;
  readonly test: Expression | undefined;
  readonly recursive: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}
export interface If extends At {
  readonly t: "if";
  readonly branches: readonly { test: Expression; line: number; body: readonly Statement[] }[];
  readonly otherwise: readonly Statement[];
}

export type Statement =
  | (At & { readonly t: "data"; readonly text: string })
  | (At & { readonly t: "print"; readonly value: Expression })
  | For
  | If
  | Macro
  | CallBlock
  | (At & { readonly t: "set"; readonly target: Target; readonly value: Expression })
  | (At & {
      readonly t: "setblock";
      readonly target: Target;
      readonly filter: Expression | null;
      readonly body: readonly Statement[];
    })
  | (At & {
      readonly t: "filterblock";
      readonly filter: Expression;
      readonly body: readonly Statement[];
    })
  | (At & {
      readonly t: "with";
      readonly targets: readonly Target[];
      readonly values: readonly Expression[];
      readonly body: readonly Statement[];
    })
  | (At & { readonly t: "break" | "continue" });
