import type { HouseExamples } from './examples.ts'

export const houseExamples: HouseExamples = { answers: {}, requests: {}, errors: {} }
