import { expressAssets } from '@stowage/http-express'
import { httpConformance } from '@stowage/testkit/http'
import express from 'express'
import { describe, it } from 'vitest'
import { sharpTransformer } from '../../core/test/sharp-transformer.ts'
import { onDisk } from '../../http/test/golden-backends.ts'
import { openServer } from '../../http/test/golden-transports.ts'

httpConformance(
  {
    name: 'Express',
    open: api => openServer(express().use(expressAssets(api, { fallthrough: false }))),
    backend: onDisk,
    transformer: sharpTransformer(),
  },
  { describe, it },
)
