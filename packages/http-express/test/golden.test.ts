import { createServer } from 'node:http'
import { expressAssets } from '@stowage/http-express'
import express from 'express'
import { goldenCases } from '../../http/test/golden-cases.ts'
import { listen } from '../../http/test/transports.ts'

goldenCases({ name: 'Express', open: api => listen(createServer(express().use(expressAssets(api)))) })
