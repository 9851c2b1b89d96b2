// Statements of a template as closures: each puts out text, sets variables, and says
// whether a loop around it is to stop or go on.

import { capture, emit, fail, render, spend } from "./budget.js";
import {
  compileCall,
  compileExpression,
  compileFilter,
  type Evaluate,
  type Frame,
  frameOf,
  type Place,
} from "./expressions.js";
import { syntaxError } from "./lexer.js";
import { Loop } from "./loop.js";
import { Code, loopScope, readIn, Scope, type Slot, usesLoop } from "./scope.js";
import type { CallBlock, Filter, For, Macro, Statement, Target } from "./syntax.js";
import {
  Fn,
  Iter,
  iterate,
  list,
  Namespace,
  str,
  truth,
  tuple,
  typeName,
  Undefined,
  type Value,
} from "./values.js";

/** What a statement leaves: 0 to go on, 1 to break, 2 to continue. */
type Run = (frame: Frame) => number;
type Assign = (frame: Frame, value: Value) => void;

/** The whole template as one function. */
export function compileTemplate(body: readonly Statement[]): () => void {
  const code = new Code(null);
  const scope = new Scope(null, code);
  scope.visitAll(body);
  const place = { scope, code, soft: false, loop: false };
  const enter = entering(place);
  const run = block(body, place);
  return () => {
    const frame: Frame = { values: new Array(code.slots.size), outer: null };
    enter(frame);
    run(frame);
  };
}

interface Here extends Place {
  /** Whether `break` and `continue` have a loop to act on. */
  readonly loop: boolean;
}

const inner = (here: Here, scope: Scope): Here => ({ ...here, scope, soft: false });

/** Gives the variables of a scope what they start from. */
function entering(place: Place): (frame: Frame) => void {
  const steps: ((values: (Value | undefined)[], frame: Frame) => void)[] = [];
  for (const [slot, start] of place.scope.starts) {
    const { at } = slot;
    if (start.from === "context") {
      const { name } = start;
      steps.push((values) => {
        values[at] = render.variables.get(name) as Value | undefined;
      });
    } else if (start.from === "outer") {
      const hops = place.code.depth - start.slot.code.depth;
      const from = start.slot.at;
      steps.push((values, frame) => {
        values[at] = frameOf(frame, hops).values[from];
      });
    } else if (start.from === "nothing") {
      steps.push((values) => {
        values[at] = undefined;
      });
    }
  }
  return (frame) => {
    for (const step of steps) step(frame.values, frame);
  };
}

function block(body: readonly Statement[], here: Here): Run {
  const runs = body.map((statement) => compileStatement(statement, here));
  const [first, second] = runs;
  if (!first) return () => 0;
  if (!second) return first;
  return (frame) => {
    for (const run of runs) {
      const signal = run(frame);
      if (signal !== 0) return signal;
    }
    return 0;
  };
}

function assign(target: Target, place: Place): Assign {
  const find = (name: string): ((frame: Frame) => [(Value | undefined)[], number]) => {
    const slot = place.scope.find(name) as Slot;
    const hops = place.code.depth - slot.code.depth;
    return (frame) => [frameOf(frame, hops).values, slot.at];
  };
  switch (target.t) {
    case "store": {
      const slot = place.scope.find(target.name) as Slot;
      const { at } = slot;
      return (frame, value) => {
        frame.values[at] = value;
      };
    }
    case "field": {
      const where = find(target.name);
      const { field } = target;
      return (frame, value) => {
        const [values, at] = where(frame);
        const object = values[at];
        if (!(object instanceof Namespace)) fail("cannot assign attribute on non-namespace object");
        object.set(field, value);
      };
    }
    default: {
      const parts = target.items.map((item) => assign(item, place));
      return (frame, value) => {
        if (!(value instanceof Undefined)) checkIterable(value);
        const items = list(value);
        if (items.length < parts.length) {
          fail(`not enough values to unpack (expected ${parts.length}, got ${items.length})`);
        }
        if (items.length > parts.length)
          fail(`too many values to unpack (expected ${parts.length})`);
        for (let i = 0; i < parts.length; i++) parts[i]?.(frame, items[i] as Value);
      };
    }
  }
}

function checkIterable(value: Value): void {
  if (value === null || typeof value === "boolean" || typeof value === "number") {
    fail(`cannot unpack non-iterable ${typeName(value)} object`);
  }
}

function compileStatement(node: Statement, here: Here): Run {
  const { line } = node;
  switch (node.t) {
    case "data": {
      const { text } = node;
      return () => {
        emit(text);
        return 0;
      };
    }
    case "print": {
      const value = compileExpression(node.value, here);
      return (frame) => {
        render.line = line;
        emit(str(value(frame)));
        return 0;
      };
    }
    case "set": {
      const value = compileExpression(node.value, here);
      const store = assign(node.target, here);
      return (frame) => {
        render.line = line;
        store(frame, value(frame));
        return 0;
      };
    }
    case "setblock":
      return captured(node, here, assign(node.target, here));
    case "filterblock":
      return captured(node, here, (_, value) => emit(str(value)));
    case "if":
      return conditional(node, here);
    case "for":
      return loop(node, here);
    case "with": {
      const scope = new Scope(here.scope, here.code);
      for (const target of node.targets) scope.visitTarget(target);
      scope.visitAll(node.body);
      const place = inner(here, scope);
      const enter = entering(place);
      const steps = node.targets.map(
        (target, i) =>
          [assign(target, place), compileExpression(node.values[i] as never, here)] as const,
      );
      const run = block(node.body, place);
      return (frame) => {
        render.line = line;
        enter(frame);
        for (const [store, value] of steps) store(frame, value(frame));
        return run(frame);
      };
    }
    case "macro": {
      const make = compileMacro(node, here);
      const store = assign({ t: "store", line, name: node.name }, here);
      return (frame) => {
        store(frame, make(frame));
        return 0;
      };
    }
    case "callblock":
      return callBlock(node, here);
    default:
      if (!here.loop) syntaxError(line, `'${node.t}' outside loop`);
      return node.t === "break" ? () => 1 : () => 2;
  }
}

type Capturing = Extract<Statement, { t: "setblock" | "filterblock" }>;

/** Collects what a body with a scope of its own puts out, filters it, and hands it to `use`. */
function captured(node: Capturing, here: Here, use: Assign): Run {
  const scope = new Scope(here.scope, here.code);
  scope.visitAll(node.body);
  if (node.t === "filterblock") scope.visit(node.filter);
  const place = inner(here, scope);
  const enter = entering(place);
  const run = block(node.body, place);
  let text = "";
  const filtered = node.filter && compileFilter(node.filter as Filter, place, () => text);
  return (frame) => {
    let signal = 0;
    const made = capture(() => {
      enter(frame);
      signal = run(frame);
    });
    // A loop that is left in the middle leaves what was collected behind.
    if (signal !== 0) return signal;
    render.line = node.line;
    text = made;
    use(frame, filtered ? filtered(frame) : made);
    return 0;
  };
}

function conditional(node: Extract<Statement, { t: "if" }>, here: Here): Run {
  const soft: Here = { ...here, soft: true };
  const branches = node.branches.map(
    ({ test, line, body }) => [compileExpression(test, soft), block(body, soft), line] as const,
  );
  const otherwise = block(node.otherwise, soft);
  return (frame) => {
    for (const [test, run, line] of branches) {
      render.line = line;
      if (truth(test(frame))) return run(frame);
    }
    return otherwise(frame);
  };
}

function* chosen(items: Iterable<Value>, test: (value: Value) => boolean): Generator<Value> {
  for (const item of items) {
    spend(1);
    if (test(item)) yield item;
  }
}

function loop(node: For, here: Here): Run {
  const { line } = node;
  const iterable = compileExpression(node.iterable, here);
  // The body of a recursive loop is a function, which every level calls anew.
  const code = node.recursive ? new Code(here.code) : here.code;
  const base: Here = { ...here, code, soft: false, loop: true };
  const place: Here = { ...base, scope: loopScope(here.scope, node, "body", code) };
  const store = assign(node.target, place);
  const enter = entering(place);
  const run = block(node.body, place);
  const loopSlot = usesLoop(node) ? place.scope.find("loop") : undefined;

  const elsePlace: Here = {
    ...base,
    loop: here.loop && !node.recursive,
    scope: loopScope(here.scope, node, "else", code),
  };
  const enterElse = entering(elsePlace);
  const otherwise = block(node.otherwise, elsePlace);

  let filter: ((frame: Frame, items: Value) => Value) | undefined;
  if (node.test) {
    const testCode = new Code(code);
    const testPlace: Here = {
      ...base,
      code: testCode,
      scope: loopScope(here.scope, node, "test", testCode),
    };
    const testStore = assign(node.target, testPlace);
    const enterTest = entering(testPlace);
    const test = compileExpression(node.test, testPlace);
    filter = (frame, items) => {
      const own: Frame = { values: [], outer: frame };
      enterTest(own);
      return new Iter(
        chosen(iterate(items), (item) => {
          testStore(own, item);
          return truth(test(own));
        }),
      );
    };
  }

  const go = (
    frame: Frame,
    given: Value,
    depth: number,
    recurse?: (items: Value, depth: number) => Value,
  ): number => {
    const items = filter ? filter(frame, given) : given;
    let ran = false;
    if (loopSlot) {
      const context = new Loop(items, depth, recurse);
      while (context.advance()) {
        spend(1);
        store(frame, context.current);
        frame.values[loopSlot.at] = context;
        enter(frame);
        const signal = run(frame);
        if (signal === 1) break;
        if (signal === 0) ran = true;
      }
    } else {
      for (const item of iterate(items)) {
        spend(1);
        store(frame, item);
        enter(frame);
        const signal = run(frame);
        if (signal === 1) break;
        if (signal === 0) ran = true;
      }
    }
    if (ran || node.otherwise.length === 0) return 0;
    enterElse(frame);
    return otherwise(frame);
  };

  if (!node.recursive) {
    return (frame) => {
      render.line = line;
      return go(frame, iterable(frame), 0);
    };
  }
  return (outer) => {
    const recurse = (items: Value, depth: number): Value =>
      capture(() => {
        go({ values: new Array(code.slots.size), outer }, items, depth, recurse);
      });
    render.line = line;
    emit(str(recurse(iterable(outer), 0)));
    return 0;
  };
}

/** A function that makes the macro, over the variables of where it is defined. */
function compileMacro(node: Macro | CallBlock, here: Here): (frame: Frame) => Fn {
  const name = node.t === "macro" ? node.name : "caller";
  const code = new Code(here.code);
  const scope = new Scope(here.scope, code);
  const names = node.parameters.map((p) => p.name);
  const slots = names.map((parameter) => scope.parameter(parameter));
  const special = readIn(node.body, ["caller", "kwargs", "varargs"]);
  const callerAt = names.indexOf("caller");
  if (special.has("caller") && callerAt >= 0 && !node.parameters[callerAt]?.value) {
    syntaxError(
      node.line,
      'When defining macros or call blocks the special "caller" argument must be omitted or be given a default.',
    );
  }
  const extra = (want: string): Slot | undefined =>
    special.has(want) && !names.includes(want) ? scope.parameter(want) : undefined;
  const caller = extra("caller");
  const kwargsSlot = extra("kwargs");
  const varargs = extra("varargs");
  for (const { value } of node.parameters) if (value) scope.visit(value);
  scope.visitAll(node.body);
  const place: Here = { scope, code, soft: false, loop: false };
  const enter = entering(place);
  const defaults = node.parameters.map(({ value }) => value && compileExpression(value, place));
  const run = block(node.body, place);

  const invokeMacro = (outer: Frame, args: Value[], kwargs: Map<string, Value> | null): Value => {
    const values: (Value | undefined)[] = new Array(code.slots.size);
    const frame: Frame = { values, outer };
    const named = new Map(kwargs);
    slots.forEach((slot, i) => {
      if (i < args.length) values[slot.at] = args[i];
      else {
        values[slot.at] = named.get(slot.name);
        named.delete(slot.name);
      }
    });
    if (caller) {
      const given = named.get("caller");
      named.delete("caller");
      values[caller.at] =
        given === undefined || given === null ? new Undefined("No caller defined") : given;
    }
    if (kwargsSlot) values[kwargsSlot.at] = new Map(named);
    else if (named.size > 0) {
      const [key] = named.keys();
      fail(
        named.has("caller")
          ? `macro '${name}' was invoked with two values for the special caller argument. This is most likely a bug.`
          : `macro '${name}' takes no keyword argument '${key}'`,
      );
    }
    if (varargs) values[varargs.at] = tuple(...args.slice(names.length));
    else if (args.length > names.length) {
      fail(`macro '${name}' takes not more than ${names.length} argument(s)`);
    }
    const { line } = render;
    const made = capture(() => {
      enter(frame);
      slots.forEach((slot, i) => {
        if (values[slot.at] !== undefined) return;
        const value = defaults[i];
        values[slot.at] = value
          ? value(frame)
          : new Undefined(`parameter '${slot.name}' was not provided`);
      });
      run(frame);
    });
    render.line = line;
    return made;
  };
  return (frame) =>
    new Fn(name, (args, kwargs) => invokeMacro(frame, args, kwargs), {
      name: node.t === "macro" ? name : null,
      arguments: tuple(...names),
      catch_kwargs: kwargsSlot !== undefined,
      catch_varargs: varargs !== undefined,
      caller: caller !== undefined,
    });
}

function callBlock(node: CallBlock, here: Here): Run {
  const { line } = node;
  const make = compileMacro(node, here);
  if (!node.call) {
    return (frame) => {
      render.line = line;
      const top = render.depth === 0 ? render.out.length : render.rootLength;
      const text = str(make(frame).call([], null));
      render.spans.push([top, top + text.length]);
      emit(text);
      return 0;
    };
  }
  const run: Evaluate = compileCall(node.call, here, make);
  return (frame) => {
    render.line = line;
    emit(str(run(frame)));
    return 0;
  };
}
