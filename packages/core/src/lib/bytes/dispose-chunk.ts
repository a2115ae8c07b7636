/**
 * Gives a chunk's memory back now. A chunk is little to the collector and much outside of its heap: it then runs for the outside, over the whole heap,
 * every few files. Memory that holds more than the chunk may be somebody's, and stays. The chunk reads as empty afterwards.
 */
export function disposeChunk({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
