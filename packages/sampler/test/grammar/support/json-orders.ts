// JSON texts of a value with its objects' keys in every order: grammars ask for
// one of them, and which is not for a test of validity to say.

const MAX_KEYS = 5;

export function inAnyOrder(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [JSON.stringify(value)];
  if (Array.isArray(value)) {
    return combine(value.map(inAnyOrder)).map((items) => `[${items.join()}]`);
  }
  const entries = Object.entries(value);
  const orders = entries.length > MAX_KEYS ? [entries] : permutations(entries);
  return orders.flatMap((order) =>
    combine(
      order.map(([key, inner]) =>
        inAnyOrder(inner).map((text) => `${JSON.stringify(key)}:${text}`),
      ),
    ).map((members) => `{${members.join()}}`),
  );
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

function combine(lists: readonly string[][]): string[][] {
  return lists.reduce<string[][]>(
    (all, list) => all.flatMap((before) => list.map((item) => [...before, item])),
    [[]],
  );
}
