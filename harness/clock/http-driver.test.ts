import { expect, test } from 'vitest'
import type { WireRequest } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'
import { httpClockDriver } from './http-driver.ts'

test('the clock of a target is moved by a POST that says the time', async () => {
  const asked: WireRequest[] = []
  const wire = async (request: WireRequest) => {
    asked.push(request)
    return textResponse(200, '')
  }
  await httpClockDriver(wire, 'https://broker.test', '/control/clock')(1_234_567)
  expect(asked).toMatchObject([{ method: 'POST', origin: 'https://broker.test', rawPath: '/control/clock' }])
  expect(asked[0]?.headers).toContainEqual(['content-type', 'application/json'])
  expect(JSON.parse(textOf(asked[0] ?? {}))).toEqual({ now: 1_234_567 })
})

test.each([200, 204, 299])('%i is consent', async (status) => {
  await httpClockDriver(async () => textResponse(status, ''), 'https://broker.test', '/clock')(0)
})

test.each([100, 302, 404, 500])('%i is not', async (status) => {
  const driver = httpClockDriver(async () => textResponse(status, ''), 'https://broker.test', '/clock')
  await expect(driver(0)).rejects.toThrow(`the clock at https://broker.test/clock answered ${status}`)
})
