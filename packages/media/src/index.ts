export { type OpenAiImageGeneratorOptions, openAiImageGenerator } from './lib/openai/openai-image-generator.ts'
export { type PlaceholderGeneratorOptions, placeholderGenerator } from './lib/placeholder/placeholder-generator.ts'
export { type ClamavScannerOptions, clamavScanner } from './lib/scan/clamav-scanner.ts'
