export { type S3Server, s3Server } from './lib/s3-server.ts'
