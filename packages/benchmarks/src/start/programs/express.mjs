import express from 'express'

const server = express().listen(0, '127.0.0.1', () => process.send('started'))
process.on('disconnect', () => {
  server.close()
  process.exit()
})
