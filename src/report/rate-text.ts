const units = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];

/** `1.5 Gbit/s`: bits in 1000s, at most three decimals; what has more is given in a smaller unit. */
export function rateText(bits: number): string {
  let value = bits;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1 && Number.isInteger(value)) {
    value /= 1000;
    unit += 1;
  }
  return `${value} ${units[unit]}`;
}

/** `12.5 %` of a whole, one decimal. */
export function shareText(part: number, whole: number): string {
  return `${Math.round((part / whole) * 1000) / 10} %`;
}
