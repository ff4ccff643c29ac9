/** Where two values of JSON differ, as `limits.3.verdicts.0.detail: "a" / "b"`. */
export function differencesOf(one: unknown, other: unknown, path = ''): readonly string[] {
  if (isRecord(one) && isRecord(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].flatMap(key =>
      differencesOf(one[key], other[key], path === '' ? key : `${path}.${key}`),
    );
  }
  if (Object.is(one, other)) return [];
  return [`${path}: ${JSON.stringify(one)} / ${JSON.stringify(other)}`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
