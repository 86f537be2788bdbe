#!/usr/bin/env node
import './require-node.js'
import { existsSync } from 'node:fs'
import module from 'node:module'

module.enableCompileCache()

const source = new URL('./main.ts', import.meta.url)
const { main } = await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href)
process.exitCode = await main(process.argv.slice(2))
