export { memoryMetadata } from './lib/metadata/memory-metadata.ts'
