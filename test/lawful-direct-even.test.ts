import { acquitVariants } from './lawful.ts'

acquitVariants('direct', { runs: 10, oneIn: 2 })
