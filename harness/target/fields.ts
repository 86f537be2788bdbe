import * as z from 'zod'

/** Fields that several parts of a target file are made of. */
export const text = z.string().min(1)
export const path = z.string().regex(/^\//, 'must begin with "/"')
export const origin = z
  .url({ protocol: /^https$/ })
  .regex(/^https:\/\/[^/]+$/, 'must be an https origin without a path')
