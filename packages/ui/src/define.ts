import { defineStowageElements } from './lib/define-elements.ts'

defineStowageElements()
