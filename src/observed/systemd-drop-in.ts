/** A property of a unit that a file of systemd's sets. */
export interface UnitProperty {
  /** `CPUWeight`. */
  readonly name: string;
  /** As it is written: `77`, `50%`; empty: back to systemd's default. */
  readonly value: string;
  /** The file that it stands in. */
  readonly path: string;
}

/** The properties in a drop-in as `systemctl set-property` writes it; sections are not told apart. */
export function parseDropIn(text: string, path: string): readonly UnitProperty[] {
  return text.split('\n').flatMap(line => {
    const match = /^\s*([A-Za-z]+)\s*=(.*)$/.exec(line);
    return match === null ? [] : [{ name: match[1] ?? '', value: (match[2] ?? '').trim(), path }];
  });
}
