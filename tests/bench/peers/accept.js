// The nearest one would build oneself: fastify takes the form post, checks the
// fields, and answers 202 when BullMQ has the job.
//   node accept.js PORT REDIS_PORT
import formbody from '@fastify/formbody'
import { Queue } from 'bullmq'
import fastify from 'fastify'

const [port, redisPort] = process.argv.slice(2).map(Number)
const queue = new Queue('messages', { connection: { host: '127.0.0.1', port: redisPort } })
const server = fastify()
const schema = {
  body: {
    type: 'object',
    required: ['message', 'email'],
    additionalProperties: false,
    properties: {
      message: { type: 'string', minLength: 1, maxLength: 10000 },
      email: { type: 'string', format: 'email' },
      name: { type: 'string', maxLength: 200 },
    },
  },
}

server.register(formbody)
server.post('/f/contact', { schema }, async (request, reply) => {
  const job = await queue.add('message', request.body)
  return reply.code(202).send({ id: job.id, state: 'queued' })
})
await queue.waitUntilReady()
await server.listen({ port, host: '127.0.0.1' })
