// Expressions of a template as closures over its variables.

import { call, callMethod, getAttribute, getItem, getSlice, methodOf } from "./access.js";
import { fail, spend, spendText } from "./budget.js";
import { filters, tests } from "./filters.js";
import { syntaxError } from "./lexer.js";
import { Loop } from "./loop.js";
import { add, arithmetic, negate } from "./operators.js";
import type { Code, Scope, Slot } from "./scope.js";
import { invoke, type Routine } from "./signature.js";
import type { Arguments, Call, Expression, Filter, Slice } from "./syntax.js";
import {
  compare,
  contains,
  type Dict,
  equal,
  hashable,
  isDict,
  isText,
  list,
  put,
  str,
  Tuple,
  truth,
  Undefined,
  type Value,
} from "./values.js";

/** The variables of one call of a {@link Code}; an absent one is undefined. */
export interface Frame {
  readonly values: (Value | undefined)[];
  readonly outer: Frame | null;
}
export type Evaluate = (frame: Frame) => Value;

/** Where an expression stands. */
export interface Place {
  readonly scope: Scope;
  readonly code: Code;
  /** Inside an `if`, where a filter that doesn't exist is an error only once it is used. */
  readonly soft: boolean;
}

export function frameOf(frame: Frame, hops: number): Frame {
  let at = frame;
  for (let i = hops; i > 0; i--) at = at.outer as Frame;
  return at;
}

export function read(slot: Slot, place: Place): (frame: Frame) => Value | undefined {
  const { at } = slot;
  const hops = place.code.depth - slot.code.depth;
  if (hops === 0) return (frame) => frame.values[at];
  return (frame) => frameOf(frame, hops).values[at];
}

export function compileExpression(node: Expression, place: Place): Evaluate {
  const sub = (child: Expression): Evaluate => compileExpression(child, place);
  switch (node.t) {
    case "const": {
      const { value } = node;
      return () => value;
    }
    case "name": {
      const { name } = node;
      const slot = place.scope.find(name);
      if (!slot) syntaxError(node.line, `the name '${name}' can't be used here`);
      const get = read(slot, place);
      return (frame) => {
        const value = get(frame);
        return value === undefined ? new Undefined(`'${name}' is undefined`) : value;
      };
    }
    case "list": {
      const items = node.items.map(sub);
      return (frame) => items.map((item) => item(frame));
    }
    case "tuple": {
      const items = node.items.map(sub);
      return (frame) => {
        const made = new Tuple();
        for (const item of items) made.push(item(frame));
        return made;
      };
    }
    case "concat": {
      const items = node.items.map(sub);
      return (frame) => {
        let made = "";
        for (const item of items) made += str(item(frame));
        spendText(made.length);
        return made;
      };
    }
    case "dict": {
      const items = node.items.map(([key, value]) => [sub(key), sub(value)] as const);
      return (frame) => {
        const made: Dict = new Map();
        for (const [key, value] of items) {
          const name = key(frame);
          hashable(name);
          put(made, name, value(frame));
        }
        return made;
      };
    }
    case "unary": {
      const operand = sub(node.operand);
      const { op } = node;
      if (op === "not") return (frame) => !truth(operand(frame));
      return (frame) => negate(op, operand(frame));
    }
    case "binary":
      return binary(node.op, sub(node.left), sub(node.right));
    case "compare":
      return comparison(
        sub(node.first),
        node.rest.map(([op, right]) => [test(op), sub(right)] as const),
      );
    case "cond": {
      const soft = { ...place, soft: true };
      const condition = compileExpression(node.test, soft);
      const then = compileExpression(node.yes, soft);
      const otherwise = node.no ? compileExpression(node.no, soft) : undefined;
      const message = `the inline if-expression on line ${node.line} evaluated to false and no else section was defined.`;
      return (frame) => {
        if (truth(condition(frame))) return then(frame);
        return otherwise ? otherwise(frame) : new Undefined(message);
      };
    }
    case "attribute": {
      const object = sub(node.object);
      const { name } = node;
      return (frame) => getAttribute(object(frame), name);
    }
    case "item": {
      const object = sub(node.object);
      if (node.key.t === "slice") {
        const parts = sliceParts(node.key, place);
        return (frame) =>
          getSlice(
            object(frame),
            parts.map((part) => part(frame)),
          );
      }
      const key = sub(node.key);
      return (frame) => getItem(object(frame), key(frame));
    }
    case "slice":
      syntaxError(node.line, "a slice stands alone between brackets");
      break;
    case "call":
      return compileCall(node, place);
    case "filter":
    case "test":
      return compileFilter(node, place);
  }
}

const sliceParts = (node: Slice, place: Place): Evaluate[] =>
  node.parts.map((part) => (part ? compileExpression(part, place) : () => null));

function binary(op: string, left: Evaluate, right: Evaluate): Evaluate {
  switch (op) {
    case "and":
      return (frame) => {
        const value = left(frame);
        return truth(value) ? right(frame) : value;
      };
    case "or":
      return (frame) => {
        const value = left(frame);
        return truth(value) ? value : right(frame);
      };
    case "+":
      return (frame) => add(left(frame), right(frame));
    default:
      return (frame) => arithmetic(op, left(frame), right(frame));
  }
}

type Test = (a: Value, b: Value) => boolean;

function test(op: string): Test {
  switch (op) {
    case "==":
      return equal;
    case "!=":
      return (a, b) => !equal(a, b);
    case "in":
      return (a, b) => contains(b, a);
    case "not in":
      return (a, b) => !contains(b, a);
    case "<":
      return (a, b) => compare(a, b, op) < 0;
    case "<=":
      return (a, b) => compare(a, b, op) <= 0;
    case ">":
      return (a, b) => compare(a, b, op) > 0;
    default:
      return (a, b) => compare(a, b, op) >= 0;
  }
}

function comparison(first: Evaluate, rest: readonly (readonly [Test, Evaluate])[]): Evaluate {
  const [only] = rest;
  if (only && rest.length === 1) {
    const [holds, right] = only;
    return (frame) => holds(first(frame), right(frame));
  }
  return (frame) => {
    let left = first(frame);
    for (const [holds, evaluate] of rest) {
      const right = evaluate(frame);
      if (!holds(left, right)) return false;
      left = right;
    }
    return true;
  };
}

type Bind = (frame: Frame) => [Value[], Map<string, Value> | null];

function compileArguments(given: Arguments, place: Place): Bind {
  const args = given.args.map((arg) => compileExpression(arg, place));
  const kwargs = given.kwargs.map(
    ([name, value]) => [name, compileExpression(value, place)] as const,
  );
  const more = given.more && compileExpression(given.more, place);
  const moreKeywords = given.moreKeywords && compileExpression(given.moreKeywords, place);
  if (!more && !moreKeywords && kwargs.length === 0) {
    return (frame) => [args.map((arg) => arg(frame)), null];
  }
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    if (more) values.push(...list(more(frame)));
    const named = new Map<string, Value>();
    for (const [name, value] of kwargs) named.set(name, value(frame));
    const extra = moreKeywords?.(frame);
    if (extra !== undefined) {
      if (!isDict(extra)) fail("argument after ** must be a mapping");
      for (const [key, value] of extra) {
        if (!isText(key)) fail("keywords must be strings");
        if (named.has(str(key))) fail(`got multiple values for keyword argument '${str(key)}'`);
        named.set(str(key), value);
      }
    }
    return [values, named];
  };
}

export function compileCall(node: Call, place: Place, caller?: (frame: Frame) => Value): Evaluate {
  const bind = compileArguments(node.with, place);
  const withCaller = (frame: Frame): [Value[], Map<string, Value> | null] => {
    const [args, kwargs] = bind(frame);
    if (!caller) return [args, kwargs];
    return [args, new Map(kwargs ?? []).set("caller", caller(frame))];
  };
  const run = (callee: Value, args: Value[], kwargs: Map<string, Value> | null): Value => {
    if (!(callee instanceof Loop)) return call(callee, args, kwargs);
    spend(1);
    return callee.call(args);
  };
  if (node.callee.t === "attribute" && !caller) {
    const object = compileExpression(node.callee.object, place);
    const { name } = node.callee;
    return (frame) => {
      const self = object(frame);
      const method = methodOf(self, name);
      const callee = method ? null : getAttribute(self, name);
      const [args, kwargs] = bind(frame);
      return method ? callMethod(name, method, self, args, kwargs) : run(callee, args, kwargs);
    };
  }
  const callee = compileExpression(node.callee, place);
  return (frame) => {
    const target = callee(frame);
    const [args, kwargs] = withCaller(frame);
    return run(target, args, kwargs);
  };
}

/** `body` is what a filter block puts out, the value that its first filter gets. */
export function compileFilter(node: Filter, place: Place, body?: Evaluate): Evaluate {
  const { name } = node;
  const kind = node.t;
  const found = (kind === "filter" ? filters : tests).get(name);
  if (!found && !place.soft) syntaxError(node.line, `No ${kind} named '${name}'.`);
  const operand = node.node
    ? node.node.t === "filter"
      ? compileFilter(node.node, place, body)
      : compileExpression(node.node, place)
    : (body as Evaluate);
  if (!found) return () => fail(`No ${kind} named '${name}' found.`);
  const routine: Routine = found;
  const { with: given } = node;
  if (given.args.length === 0 && given.kwargs.length === 0 && !given.more && !given.moreKeywords) {
    return (frame) => invoke(name, routine, operand(frame), [], null);
  }
  const bind = compileArguments(given, place);
  return (frame) => {
    const value = operand(frame);
    const [args, kwargs] = bind(frame);
    return invoke(name, routine, value, args, kwargs);
  };
}
