// A BullMQ worker that posts each message with undici, 50 in flight.
//   node deliver.js fill REDIS_PORT COUNT        puts jobs there, and ends
//   node deliver.js work REDIS_PORT TARGET_URL   works until it is killed
import { Queue, Worker } from 'bullmq'
import { Pool } from 'undici'

const [what, redisPort, argument] = process.argv.slice(2)
const connection = { host: '127.0.0.1', port: Number(redisPort), maxRetriesPerRequest: null }
const CONCURRENCY = 50

function chat (number) {
  return {
    type: 'offline_msg',
    message: `${number} ${'all work and no play '.repeat(38)}`,
    timestamp: Math.floor(Date.now() / 1000),
    visitor: { id: '', name: 'Ada', email: `a${number}@example.org`, phone: '', notes: '' },
    session: { id: `${number}`, start_date: '2026-01-01T00:00:00Z', end_date: '2026-01-01T00:00:00Z' },
  }
}

async function fill (count) {
  const queue = new Queue('messages', { connection })
  for (let from = 0; from < count; from += 1000) {
    const jobs = []
    for (let n = from; n < Math.min(count, from + 1000); n++) {
      jobs.push({ name: 'message', data: chat(n), opts: { attempts: 5, removeOnComplete: true } })
    }
    await queue.addBulk(jobs)
  }
  await queue.close()
}

function work (url) {
  const pool = new Pool(new URL(url).origin, { connections: CONCURRENCY })
  const path = new URL(url).pathname
  const worker = new Worker('messages', async (job) => {
    const { statusCode, body } = await pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer token' },
      body: JSON.stringify(job.data),
    })
    const text = await body.text()
    if (statusCode >= 300) throw new Error(`status ${statusCode}`)
    return JSON.parse(text).id
  }, { connection, concurrency: CONCURRENCY })
  worker.on('error', (error) => console.error(error))
}

if (what === 'fill') await fill(Number(argument))
else work(argument)
