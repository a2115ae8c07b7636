const NOT_ASCII_SPACE = /[\s\u200b]/u

/** Counts words over pieces of a text: runs of anything but white space. A word cut by a border between pieces counts once. */
export class WordCounter {
  #count = 0
  #inWord = false

  get count(): number {
    return this.#count
  }

  add(piece: string): void {
    let inWord = this.#inWord
    for (let index = 0; index < piece.length; index++) {
      const space = isSpace(piece, index)
      if (!space && !inWord) this.#count++
      inWord = !space
    }
    this.#inWord = inWord
  }
}

function isSpace(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code < 0x80) return code <= 0x20
  return (code === 0xa0 || code >= 0x1680) && NOT_ASCII_SPACE.test(text[index] ?? '')
}
