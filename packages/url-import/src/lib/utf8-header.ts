/** Node reads header bytes as Latin-1; who sends others than ASCII mostly means UTF-8. */
export function utf8Header(text: string): string {
  const utf8 = Buffer.from(text, 'latin1').toString('utf8')
  return utf8.includes('\ufffd') ? text : utf8
}
