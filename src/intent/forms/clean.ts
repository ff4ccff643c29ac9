/** What a terminal obeys and does not show: colours, titles, moves of the cursor. */
const escapeSequence = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;
const boxes: readonly (readonly [RegExp, string])[] = [
  [/[│┃║]/gu, '|'],
  [/[─━═╌╍]/gu, '-'],
  [/[┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╭╮╰╯┡┩╇┢┪╈╞╡╪┠┨┯┷]/gu, '+'],
];

/** A text as it was on the screen: without escape sequences, with plain blanks and line ends, tables in ASCII. */
export function cleaned(text: string): string {
  const plain = text
    .replace(/^\ufeff/, '')
    .replace(escapeSequence, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .replace(/\u200b|\u200c|\u200d|\u2060|\ufeff/g, '');
  return /[─-╿]/u.test(plain) ? plain.split('\n').map(inAscii).join('\n') : plain;
}

/** Only lines that are of a table: elsewhere such characters may be somebody's text. */
function inAscii(line: string): string {
  if (!/^\s*[─-╿]/u.test(line)) return line;
  return boxes.reduce((ascii, [box, mark]) => ascii.replace(box, mark), line);
}
