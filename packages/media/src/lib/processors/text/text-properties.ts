/** What is kept of a text, in `asset.properties`. */
export type TextProperties = {
  encoding: TextEncodingName
  /** Ended by LF, CR LF or CR; a last one without an end counts too. */
  lines: number
  /** Runs of anything but white space. */
  words: number
  /** False where the file is longer than the bytes that are read: all counts are of its beginning. */
  textComplete: boolean
}

/** `windows-1252` stands for every file that is none of the others. */
export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
