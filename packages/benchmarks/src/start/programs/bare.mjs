process.on('disconnect', () => process.exit())
process.send('started')
