/** Whether a text can name a throttle group: it goes into XML, commands and reports. */
export function isGroupName(name: string): boolean {
  return /^[^\p{Cc}\p{Cs}\ufffe\uffff]{1,255}$/u.test(name);
}
