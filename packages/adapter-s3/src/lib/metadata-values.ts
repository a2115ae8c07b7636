// What a header can't carry or a service would change: other letters, spaces at an end, our own escape, RFC 2047 words.
const UNSAFE = /[^\x20-\x7e]+|%|^ +| +$|=(?=\?)/gu

/** A value of user metadata as printable ASCII that no service changes. */
export function encodeValue(value: string): string {
  return value.replace(UNSAFE, found => (found === '=' ? '%3D' : encodeURIComponent(found)))
}

/** The value again. One that others wrote, and that is no escape of ours, stays as it is. */
export function decodeValue(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
